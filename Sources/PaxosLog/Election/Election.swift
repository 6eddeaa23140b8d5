import PaxosBase

/// Who is there, who is content, and whether this node should stand.
///
/// Only a hint: ballots keep the log safe whoever leads. Every node asks all others in rounds; an answer shows that the
/// way there and back is open and says whom the peer follows and whether it is happy with that leader. A node stands
/// only if neither it nor anyone it hears is happy and together they are enough for both phases.
/// - Source: Ng, Haridi, Carbone, "Omni-Paxos", EuroSys 2023, section 5.
@usableFromInline
struct Election: Hashable, Sendable {
    let seat: Seat
    let heartbeatInterval: TimeSpan
    private let standardTimeout: TimeSpan
    private(set) var patience: Patience
    private(set) var peers: [Peer]
    private(set) var round: UInt64 = 0
    private(set) var nextTick: Instant
    /// The ballot of the leader that this node follows or is; zero when it knows none.
    @usableFromInline var leader = Ballot.zero
    /// The highest round of any ballot seen, promised or not.
    private(set) var highestRound: UInt64 = 0
    /// A candidate that was promised something gets this long to become leader.
    private var graceUntil = Instant.zero
    /// When this node stands, unless things change before.
    var standAt: Instant?
    /// Since when this node has not been happy.
    var unhappySince: Instant?

    struct Peer: Hashable, Sendable {
        /// When it last answered a heartbeat.
        var answeredAt: Instant?
        var reply: HeartbeatReply?
        /// The highest that it reported.
        var durableWatermark = Slot.zero
    }

    init(seat: Seat, settings: Replica.Settings, at now: Instant) {
        self.seat = seat
        standardTimeout = settings.electionTimeout
        patience = Patience(timeout: settings.electionTimeout)
        heartbeatInterval = settings.heartbeatInterval
        peers = Array(repeating: Peer(), count: seat.configuration.members.count)
        nextTick = now
    }

    /// After so long a silence a peer is not there; and so long a node that waits for a leader stays content.
    var timeout: TimeSpan { patience.stretched(standardTimeout) }

    /// When it wants to hear that time passed.
    var nextDeadline: Instant { min(nextTick, standAt ?? .distantFuture) }

    /// Whether it is time for the next round.
    mutating func tick(at now: Instant) -> Bool {
        guard now >= nextTick else { return false }
        nextTick = now + heartbeatInterval
        return true
    }

    /// Asks all peers whether they are there.
    mutating func sendHeartbeats(into effects: inout Effects) {
        round += 1
        seat.broadcast(.heartbeat(Heartbeat(round: round)), into: &effects)
    }

    /// Takes an answer in.
    /// - Returns: False for one that is older than what is known of the peer.
    mutating func receive(_ reply: HeartbeatReply, from peer: Int, at now: Instant) -> Bool {
        guard reply.round <= round, reply.round >= peers[peer].reply?.round ?? 0 else { return false }
        // An answer to an old round says little about now.
        if reply.round + 1 >= round { peers[peer].answeredAt = now }
        peers[peer].reply = reply
        peers[peer].durableWatermark = max(peers[peer].durableWatermark, reply.durableWatermark)
        return true
    }

    /// The connection to a peer was reset.
    mutating func suspect(_ peer: Int) { peers[peer].answeredAt = nil }

    /// The positions of the peers that answered lately, ascending; never this node itself.
    func heard(at now: Instant) -> [Int] { peers.indices.filter { isHeard($0, at: now) } }

    func isHeard(_ peer: Int, at now: Instant) -> Bool {
        guard let answeredAt = peers[peer].answeredAt else { return false }
        return now.since(answeredAt) < timeout
    }

    /// Whether enough members are there to lead them.
    func reachesQuorum(at now: Instant) -> Bool { heard(at: now).count + 1 >= seat.quorumToLead }

    /// The position of the leader, if that is a peer and there.
    func heardLeader(at now: Instant) -> Int? {
        guard leader != .zero, let peer = seat.place(ofPeer: leader.node), isHeard(peer, at: now) else { return nil }
        return peer
    }

    /// Whether a follower has a leader that makes progress, or one that is about to come.
    func hasHappyLeader(at now: Instant) -> Bool {
        if now < graceUntil { return true }
        guard let peer = heardLeader(at: now), let reply = peers[peer].reply else { return false }
        return reply.leader >= leader && reply.isHappy
    }

    /// The leader itself, or a happy peer that follows it when the leader is out of reach.
    func wayToLeader(at now: Instant) -> NodeID? {
        guard leader != .zero, leader.node != seat.node else { return nil }
        if heardLeader(at: now) != nil { return leader.node }
        let relay = heard(at: now).first { peers[$0].reply?.leader == leader && peers[$0].reply?.isHappy == true }
        return relay.map { seat.configuration.members[$0] } ?? leader.node
    }

    /// The peer that knows most, among those that have answered since their connection was last reset.
    var bestInformedPeer: NodeID? {
        peers.indices.filter { peers[$0].answeredAt != nil }
            .max { peers[$0].durableWatermark < peers[$1].durableWatermark }
            .map { seat.configuration.members[$0] }
    }

    /// The lowest durable watermark of all members.
    /// - Parameter own: That of this node.
    func lowestDurableWatermark(own: Slot) -> Slot {
        peers.indices.map { $0 == seat.index ? own : peers[$0].durableWatermark }.min() ?? .zero
    }

    /// A ballot of this round exists.
    mutating func note(round: UInt64) {
        guard round > highestRound else { return }
        highestRound = round
        patience.noteBallot()
    }

    /// Looks whether ballots bring anything, with every tick.
    mutating func lookWhatBallotsBring(watermark: Slot, at now: Instant) {
        patience.look(watermark: watermark, at: now)
    }

    /// Somebody may become leader until `now` plus the timeout: this node waits and is content so long.
    mutating func giveGrace(at now: Instant) {
        graceUntil = now + timeout
    }

    mutating func cancelStanding() { standAt = nil }
}

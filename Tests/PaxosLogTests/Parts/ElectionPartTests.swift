import PaxosBase
import Testing

@testable import PaxosLog

@Suite("The election as a part")
struct ElectionPartTests {
    private let settings = Replica.Settings()
    private let leader = Parts.ballot(3, of: 2)

    private func election() -> Election { Election(seat: Parts.seat, settings: settings, at: Parts.now) }

    /// Asks once and takes these answers in, by position of the peer.
    private func ask(
        _ election: inout Election, at now: Instant = Parts.now, _ answers: [(peer: Int, isHappy: Bool, leader: Ballot)]
    ) {
        var effects = Effects()
        election.sendHeartbeats(into: &effects)
        for (peer, isHappy, leader) in answers {
            let reply = HeartbeatReply(
                round: election.round, promised: leader, leader: leader, isHappy: isHappy,
                durableWatermark: Slot(UInt64(peer)))
            _ = election.receive(reply, from: peer, at: now)
        }
    }

    private func consider(_ election: inout Election, isFit: Bool = true, at now: Instant) -> Election.Verdict {
        var (random, effects) = (SeededRandom(seed: 1), Effects())
        return election.considerStanding(isHappy: false, isFit: isFit, at: now, &random, into: &effects)
    }

    @Test("A peer is heard until it has been silent for the timeout, or its connection was reset")
    func heard() {
        var election = election()
        ask(&election, [(1, false, .zero), (2, false, .zero)])
        let late = Parts.now + settings.electionTimeout
        #expect(election.heard(at: Parts.now) == [1, 2] && election.heard(at: late).isEmpty)
        election.suspect(1)
        #expect(election.heard(at: Parts.now) == [2])
    }

    @Test("An answer to a round that is long over does not make a peer heard, and an older one says nothing")
    func oldAnswers() {
        var (election, effects) = (election(), Effects())
        for _ in 0..<4 { election.sendHeartbeats(into: &effects) }
        func hear(_ round: UInt64, _ election: inout Election) -> Bool {
            let reply = HeartbeatReply(
                round: round, promised: .zero, leader: .zero, isHappy: false, durableWatermark: .zero)
            return election.receive(reply, from: 1, at: Parts.now)
        }
        #expect(hear(2, &election))
        #expect(!election.isHeard(1, at: Parts.now))
        #expect(!hear(1, &election))
        #expect(!hear(9, &election), "a round that was never asked")
        #expect(hear(3, &election))
        #expect(election.isHeard(1, at: Parts.now))
    }

    @Test("A node stands after a short delay if a quorum is there and nobody is happy")
    func stands() {
        var election = election()
        ask(&election, [(1, false, .zero)])
        #expect(consider(&election, at: Parts.now) == .init())
        #expect(consider(&election, at: Parts.now + settings.heartbeatInterval).stands)
    }

    @Test("It does not stand without a quorum, beside a happy peer, or when it could not lead")
    func doesNotStand() {
        let later = Parts.now + settings.heartbeatInterval
        var alone = election()
        _ = consider(&alone, at: Parts.now)
        #expect(!consider(&alone, at: later).stands)
        var beside = election()
        ask(&beside, [(1, false, .zero), (2, true, leader)])
        _ = consider(&beside, at: Parts.now)
        #expect(!consider(&beside, at: later).stands)
        var unfit = election()
        ask(&unfit, [(1, false, .zero)])
        _ = consider(&unfit, isFit: false, at: Parts.now)
        #expect(!consider(&unfit, isFit: false, at: later).stands)
    }

    @Test("A leader of which nobody has said anything good for the timeout is given up")
    func givesUp() {
        var election = election()
        election.leader = leader
        _ = consider(&election, at: Parts.now)
        #expect(consider(&election, at: Parts.now + settings.electionTimeout).givesUpLeader)
        ask(&election, at: Parts.now + settings.electionTimeout, [(2, true, leader)])
        #expect(!consider(&election, at: Parts.now + settings.electionTimeout).givesUpLeader, "a peer is happy with it")
    }

    @Test("A rival that is there and content may lead; above one that is away this node stands again")
    func rivals() {
        var election = election()
        let (own, rival) = (Parts.ballot(3), Parts.ballot(4, of: 2))
        ask(&election, [(2, false, .zero)])
        #expect(election.rivalry(with: rival, own: own, at: Parts.now) == .outbids)
        ask(&election, [(1, true, rival)])
        #expect(election.rivalry(with: rival, own: own, at: Parts.now) == .yields)
        election.suspect(1)
        ask(&election, [(2, true, leader)])
        #expect(election.rivalry(with: rival, own: own, at: Parts.now) == .stepsBack, "somebody has another leader")
    }

    @Test("Commands go to the leader if it is heard, else through a happy peer that follows it")
    func wayToLeader() {
        var election = election()
        #expect(election.wayToLeader(at: Parts.now) == nil)
        election.leader = leader
        ask(&election, [(1, true, leader), (2, true, leader)])
        #expect(election.wayToLeader(at: Parts.now) == NodeID(2))
        election.suspect(1)
        #expect(election.wayToLeader(at: Parts.now) == NodeID(3))
        #expect(election.bestInformedPeer == NodeID(3))
    }
}

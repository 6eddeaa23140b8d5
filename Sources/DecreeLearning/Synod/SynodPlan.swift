import PaxosBase
import PaxosSynod

/// How large a Synod's world is, and what may go wrong in it.
struct SynodPlan: Hashable {
    /// What becomes of messages.
    enum Network: Hashable {
        /// Each that was ever sent may arrive at any time, as often as it likes, or never: losses, repetitions and
        /// detours without a step of their own. For explorations.
        case everythingStays
        /// Those under way arrive in any order, some not at all and some more than once.
        case faulty(losses: Int, repetitions: Int)
    }

    let synod: Synod
    var network = Network.everythingStays
    /// Votes and refusals reach learners only. A proposer does nothing more for them but to know when it is done, and to
    /// choose a higher number: nothing that its next ballot, should it have one, might not do as well.
    var proposersIgnoreVotes = false
    /// How often processes crash and start again with what their disks hold.
    var crashes = 0
    /// How many ballots each proposer may begin when it likes; nil when its patience says when.
    var ballots: Int? = 1
    /// How many ballots all proposers may begin together.
    var allBallots = Int.max
    /// A write is durable at once. Without crashes nothing is lost by that: what waits for a write might as well be a
    /// message that takes longer.
    var syncsAtOnce = false
    /// The client of a proposer wants the same in each of its lives.
    var wishesStay = false
    /// Disks hold the journal that ships; otherwise they are the least that a disk can be.
    var hasJournals = false
    /// Of processes whose patience says when.
    var manner = Patience.Manner.backsOff
    var timeout = TimeSpan.milliseconds(10)
    var seed: UInt64 = 0
    var flaw: SynodFlaw?

    init(_ synod: Synod) { self.synod = synod }

    /// Three acceptors and two proposers, each a process of its own.
    static func small(learners: Int = 0) -> SynodPlan {
        SynodPlan(
            Synod(
                proposers: [NodeID(1), NodeID(2)], acceptors: [NodeID(3), NodeID(4), NodeID(5)],
                learners: (0..<learners).map { NodeID(UInt64(6 + $0)) }))
    }

    /// All processes, ascending.
    var processes: [NodeID] {
        Set(synod.proposers + synod.acceptors.members + synod.learners).sorted()
    }

    /// Its states are compared.
    var isExplored: Bool { ballots != nil && !hasJournals }

    /// What the client of a proposer wants; another one in each life.
    func wish(of proposer: NodeID, life: Int = 0) -> Payload? {
        guard let place = synod.proposers.firstIndex(of: proposer) else { return nil }
        let name = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(place)))
        return Payload((life == 0 ? name : "\(name)\(life)").utf8)
    }

    /// Whether some client may have wanted a value.
    func isWish(_ value: Payload) -> Bool {
        synod.proposers.contains { proposer in (0...crashes).contains { wish(of: proposer, life: $0) == value } }
    }

    func patience(of process: NodeID) -> Patience? {
        ballots == nil ? Patience(manner, timeout: timeout, seed: seed &* 31 &+ process.rawValue) : nil
    }
}

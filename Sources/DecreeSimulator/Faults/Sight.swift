/// What a suite wants to have seen at least once, lest its runs be vacuous: the *sometimes* beside the checkers'
/// *always*.
public enum Sight: UInt8, CaseIterable, Sendable {
    /// A node followed another leader than before.
    case leaderChanged
    /// A replica caught up through chosen entries of a peer.
    case learnedFromPeer
    /// Entries were read back from the journal for a peer that lags.
    case loadedFromJournal
    /// A command was forwarded to the leader.
    case commandForwarded
    /// A command was chosen in two slots and applied in one.
    case duplicateSkipped
    /// A no-op filled a slot.
    case noOpChosen
    /// A slot was accepted in more than one ballot.
    case slotAcceptedTwice
    /// A slot was chosen while the one before it was not.
    case chosenOutOfOrder
    /// A replica started from a snapshot and the journal behind it.
    case startedFromSnapshot
    /// A read waited for the leader's barrier.
    case leaderRead
    /// A read asked a quorum without a leader.
    case quorumRead
    case readFailed
    case unknownOutcome
    case commandRejected
    /// A write was given up by its client and took effect nevertheless.
    case lateEffect
    /// A promise reported a value that was accepted before.
    case valueReported
    /// A vote in a former ballot reached a node that leads in another now.
    case formerVoteArrived
    /// A leader's barrier reached a node that had promised a higher ballot.
    case lateBarrierArrived
    /// A leader was told what had been chosen.
    case leaderTaught
    /// A member with another disk than its cluster was formed with was refused.
    case wipedRefused
    /// A node started from an older snapshot than its newest.
    case olderSnapshotUsed
    /// A node refused to start from what its disk held.
    case startRefused
    /// A node refused to start from a damaged journal.
    case journalRefused
    /// A node found that its journal had been closed.
    case cleanEndFound
    /// A request came before the cluster was formed.
    case requestHeld
    /// A question took more than one turn.
    case longQuestion
    /// A command was applied that a machine wanted by itself.
    case dueApplied
    /// A machine pushed something to a subscriber.
    case pushed
    /// A subscriber was too slow and lost its subscription.
    case pushesLost
    /// Several groups shared a journal.
    case groupsShared

    public var name: String { "\(self)" }
}

/// How often each was seen.
public struct SightCounts: Hashable, Sendable {
    private var counts: [Int]

    public init() { counts = Array(repeating: 0, count: Sight.allCases.count) }

    public subscript(sight: Sight) -> Int {
        get { counts[Int(sight.rawValue)] }
        set { counts[Int(sight.rawValue)] = newValue }
    }

    public mutating func add(_ other: SightCounts) {
        for sight in Sight.allCases { self[sight] += other[sight] }
    }

    public var absent: [Sight] { Sight.allCases.filter { self[$0] == 0 } }
}

import PaxosBase

/// Fast Paxos: the member whose client wants a value sends it to the acceptors itself, each of which accepts the first that it
/// gets. Where nothing collides a value is chosen in two message delays instead of four.
///
/// The first ballot is *fast*: it is open for any value, from the beginning, since below it nothing can have been accepted and
/// its phase 1 would find nothing. Acceptors may vote for different values in it: a collision. The first member, the
/// coordinator of that ballot, sees the votes and recovers in the *very next* ballot, which is classic; there the votes of
/// the fast one are as good as promises, for who has voted in it votes there no more and in no lower one either. The two
/// belong to the coordinator alone, so nothing can lie between them. All other ballots are classic, with a phase 1 of their own.
///
/// Who recovers sees only some of the votes, and of several values has to find the one that may have been chosen. So fast
/// quorums are larger: whatever two of them have in common meets every quorum that is asked.
/// - Source: Lamport, "Fast Paxos", Distributed Computing 19(2), 2006, sections 3.1 to 3.3; `Specs/FastPaxos.tla`, whose actions
///   bear the names of the functions here. It has any number of fast ballots, of which this has one.
public enum FastPaxos {
    static let openingNumber: UInt64 = 1
    static let recoveryNumber: UInt64 = 2

    /// The member that recovers from collisions.
    static func coordinator(of members: Configuration) -> NodeID { members.members[0] }

    /// The ballot that is open for all.
    static func opening(of members: Configuration) -> Ballot {
        Ballot(number: openingNumber, identity: coordinator(of: members))
    }

    /// The ballot right behind it.
    static func recovery(of members: Configuration) -> Ballot {
        Ballot(number: recoveryNumber, identity: coordinator(of: members))
    }

    static func isFast(_ ballot: Ballot) -> Bool { ballot.round == openingNumber }

    /// How many votes choose in a ballot. Of a fast one the fewest with which any two of its quorums and one that is asked have a
    /// member in common.
    static func quorum(of ballot: Ballot, _ members: Configuration, flaw: FastPaxosFlaw?) -> Int {
        guard isFast(ballot), flaw != .fastQuorumsTooSmall else { return members.acceptQuorum }
        return (2 * members.members.count - members.prepareQuorum) / 2 + 1
    }
}

/// A rule of Fast Paxos that is left out on purpose. Only the laboratory sets one.
package enum FastPaxosFlaw: String, CaseIterable, Sendable, Hashable {
    /// Quorums of the fast ballot are no larger than those of others.
    case fastQuorumsTooSmall
    /// A learner takes as many votes for enough in the fast ballot as in others.
    case fastCountedAsClassic
    /// Of the values that were voted for in the highest ballot any is proposed.
    case anyReportedTaken
    /// Where several values are reported it is taken that none was chosen, and any is proposed.
    case collisionTakenForFree
    /// An acceptor that has voted in the fast ballot votes there for another value, too.
    case votesAgain
}

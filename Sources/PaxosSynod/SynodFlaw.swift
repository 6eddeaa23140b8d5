/// A rule that is left out on purpose, so that the laboratory can be seen to notice. Only the laboratory sets one.
package enum SynodFlaw: String, CaseIterable, Sendable, Hashable {
    /// P1a: a promise is kept in memory alone, and lost in a crash.
    case promiseNotRecorded
    /// An acceptance is kept in memory alone, and lost in a crash.
    case acceptanceNotRecorded
    /// What a process says leaves before the records that it rests on are durable.
    case saidBeforeDurable
    /// P1a: an acceptor accepts below its promise.
    case acceptsBelowPromise
    /// P1a: an acceptor promises a lower ballot than it has promised before.
    case promisesLowerBallot
    /// An acceptance does not promise its ballot.
    case acceptDoesNotPromise
    /// P2c: a proposer always proposes its own value.
    case highestAcceptedIgnored
    /// P2c: a proposer takes the value of the lowest ballot.
    case lowestAcceptedTaken
    /// P2c: a promise does not say what was accepted.
    case promiseOmitsAccepted
    /// One acceptor is taken for a majority.
    case minorityAsQuorum
    /// A proposer counts promises that were given to an earlier ballot of its own.
    case formerPromisesCounted
    /// After a restart a proposer uses its ballots again.
    case ballotReused
    /// Votes for equal values in different ballots are counted together.
    case votesCountedAcrossBallots
    /// Messages that come twice are counted twice.
    case repeatedVotesCounted
}

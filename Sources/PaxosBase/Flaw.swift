/// A rule of the protocol that is left out on purpose, so that the checkers can be seen to notice.
///
/// Consulted at each named decision point; only the simulator can set one. Rule numbers are those of
/// `Docs/PROTOCOL-RULES.md`.
package enum Flaw: String, CaseIterable, Sendable, Hashable {
    /// Rule 1: a `Promise` leaves before its write is durable.
    case promiseBeforeDurable
    /// Rule 1: an `Accepted` leaves before its write is durable.
    case acceptBeforeDurable
    /// Rule 1: the leader counts its own vote before its write is durable.
    case leaderVoteBeforeDurable
    /// Rule 2: a `Promise` reports only what was durable when it was asked for.
    case promiseOmitsInFlight
    /// Rule 3: the promise is forgotten on restart.
    case promiseLostOnRestart
    /// Rule 3: accepting in a ballot does not promise it.
    case acceptDoesNotPromise
    /// Rule 4: a node stands again with a ballot that its former incarnation used.
    case ballotReusedAfterRestart
    /// Rule 5: phase 1 adopts the value of the lowest ballot.
    case lowestBallotAdopted
    /// Rule 5: phase 1 fills a slot with a no-op although one acceptor reported a value.
    case noOpOverAcceptedValue
    /// Rule 6: a leader proposes below the highest watermark of its quorum.
    case proposesBelowWatermark
    /// Rule 7: votes for equal values in different ballots are counted together.
    case votesCountedAcrossBallots
    /// Rule 8: a watermark is trusted whatever ballot the slot was accepted in.
    case watermarkWithoutBallot
    /// Rule 9: a leader's watermark covers slots that it only learned.
    case watermarkCoversLearned
    /// Rules 11, 31: a slot that an acceptor reports as faulty is taken for one that it never had.
    case faultyTakenForNeverHad
    /// Log time: a new leader's clock begins at its own monotonic clock instead of the last stamp.
    case logTimeFromOwnClock
    /// Log time: stamps count whatever log their leader knew.
    case staleStampsCount
    /// Election: a leader is happy although nobody acknowledges what it proposes.
    case happyWithoutProgress
    /// Election: an acceptor waits for a candidate as often as that asks, not once for each ballot.
    case graceForEveryPrepare
    /// Election: nodes wait no longer for each other, however many ballots brought nothing.
    case patienceNeverGrows
    /// Quorums of both phases are one: one promise completes phase 1, and one acceptance chooses.
    case quorumOfOne
    /// Origins are ignored: a forwarded command that arrives twice is applied twice.
    case forwardedAppliedTwice
    /// Rule 19: a quorum read asks one acceptor only.
    case quorumReadOfOne
    /// Rule 19: a quorum read asks for the highest slot without a gap.
    case quorumReadContiguous
    /// Rules 19, 20: a nonce is used again, so that an old answer confirms a new read.
    case nonceReused
    /// Rule 20: the leader's barrier leaves out what phase 1 saw.
    case barrierWithoutPhaseOne
    /// Rule 20: an acceptor confirms a barrier despite a higher promise.
    case barrierConfirmedDespitePromise
    /// Rule 21: the barrier waits only for one own entry to be chosen.
    case barrierAtFirstOwnEntry
    /// A node takes part before it has recorded with whom its cluster was formed.
    case votesBeforeFormed
    /// A cluster counts as formed once a quorum has answered.
    case formedByQuorum
    /// A member whose disk was wiped is greeted under its old identity.
    case wipedNodeAdmitted
    /// A snapshot takes effect before the journal holds, as chosen, what it covers.
    case snapshotBeforeWatermark
    /// Disk faults: of the journal's reach only the opening is recorded beside the segments.
    case anchorNotWritten
    /// Disk faults: what the anchor tells of the journal's end is not asked for, so damage passes for a torn tail.
    case damageTakenForTornTail
    /// Disk faults: a clean end counts on in the life after it.
    case cleanEndKept
    /// Disk faults: what was read when the journal was opened is taken to be on the disk.
    case tailNotRewritten
    /// What lies between the newest usable snapshot and the beginning of the journal is skipped, instead of refusing to start.
    case restoreSkipsGap
    /// What a damaged snapshot left in the machine stays there when no other can be restored over it.
    case restoreLeavesRemains
    /// Outputs of one call of the machine go to the wrong clients.
    case outputOfAnother
    /// What a machine left for the next turn yields outputs for the clients at the front of the batch.
    case outputsFromTheFront
    /// What a machine left for the next turn is never applied.
    case restForgotten
    /// A query is begun as soon as the log stands where it has to, whatever the machine has left for later turns.
    case readBeforeRest
    /// A snapshot is begun although the machine has left something for later turns.
    case snapshotAmidRest
    /// A linearizable query is answered without waiting for its barrier.
    case queryBeforeBarrier
    /// Commands that are due are proposed without a barrier that shows that this node still leads.
    case dueWithoutBarrier
    /// What is due is told by the leader's own clock instead of that of the log.
    case dueByOwnClock
    /// Only the first leader of a log looks at what is due.
    case dueOfFirstLeaderOnly
    /// A machine carries out a command that was due although what it was about has changed since.
    case dueOfOldGeneration
    /// Pushes reach only those ports to which the turn brings a completion as well.
    case pushesLostWithoutOutput
    /// A machine hands out again what it pushed before.
    case pushesToldTwice
    /// Outputs leave first, and what they show is pushed with a later turn.
    case pushesBehindOutputs
    /// A port that ended its subscription is told on.
    case pushesToUnsubscribed
    /// Whatever a port holds, it is told more.
    case pushesUnbounded
    /// A port that holds too much is told nothing more, and not that it is so.
    case lossUntold
}

import PaxosBase

/// A rule of the protocol that is broken on purpose: the checkers must notice.
///
/// Rule numbers are those of `Docs/PROTOCOL-RULES.md`.
public struct PlantedBug: Hashable, Sendable {
    package let flaw: Flaw

    package init(_ flaw: Flaw) { self.flaw = flaw }

    /// The bug of that name; nil for an unknown one.
    public init?(named name: String) {
        guard let flaw = Flaw(rawValue: name), !Self.unseen.contains(flaw) else { return nil }
        self.flaw = flaw
    }

    /// All that show in the simulator.
    public static let all = Flaw.allCases.filter { !unseen.contains($0) }.map { PlantedBug($0) }

    /// No node of this version reports a slot as faulty; a test of the candidate catches this one.
    private static let unseen: Set<Flaw> = [.faultyTakenForNeverHad]

    public var name: String { flaw.rawValue }

    /// The worlds in which the bug is searched; nil for any. Some show only in situations that are rare elsewhere.
    var temper: Temper? {
        switch flaw {
        case .votesCountedAcrossBallots: .selfSucceeding
        case .watermarkCoversLearned: .bridged
        case .barrierConfirmedDespitePromise: .deaf
        case .happyWithoutProgress, .graceForEveryPrepare: .stalled
        case .restoreSkipsGap, .restoreLeavesRemains: .crashing
        case .patienceNeverGrows: .slow
        default: nil
        }
    }

    /// What the broken core does, in a sentence.
    public var meaning: String {
        switch flaw {
        case .promiseBeforeDurable: "Rule 1: a promise leaves before it is durable."
        case .acceptBeforeDurable: "Rule 1: an acceptance is told before it is durable."
        case .leaderVoteBeforeDurable: "Rule 1: the leader counts its own vote before it is durable."
        case .promiseOmitsInFlight: "Rule 2: a promise leaves out acceptances that are being written."
        case .promiseLostOnRestart: "Rule 3: a node that starts again has forgotten its promise."
        case .acceptDoesNotPromise: "Rule 3: accepting in a ballot does not promise it."
        case .ballotReusedAfterRestart: "Rule 4: a node stands again with a ballot that it used before."
        case .lowestBallotAdopted: "Rule 5: phase 1 adopts the value of the lowest ballot, not of the highest."
        case .noOpOverAcceptedValue: "Rule 5: phase 1 fills a slot with a no-op although an acceptor reported a value."
        case .proposesBelowWatermark: "Rule 6: a leader proposes where its quorum knows what is chosen."
        case .votesCountedAcrossBallots: "Rule 7: votes for a slot in different ballots are counted together."
        case .watermarkWithoutBallot: "Rule 8: a watermark is trusted whatever ballot the slot was accepted in."
        case .watermarkCoversLearned: "Rule 9: a leader's watermark covers slots whose value it learned from others."
        case .faultyTakenForNeverHad: "Rules 11 and 31: a slot reported as faulty is taken for one never had."
        case .logTimeFromOwnClock: "Log time: a new leader's clock begins at its own clock, not at the last stamp."
        case .staleStampsCount: "Log time: stamps count whatever log their leader knew."
        case .happyWithoutProgress: "Election: a leader is happy although nobody acknowledges what it proposes."
        case .graceForEveryPrepare: "Election: an acceptor waits for a candidate as often as that asks."
        case .patienceNeverGrows: "Election: nodes wait no longer for each other, however many ballots brought nothing."
        case .quorumOfOne: "One promise and one acceptance are taken for quorums."
        case .forwardedAppliedTwice: "A forwarded command that arrives twice is applied twice."
        case .quorumReadOfOne: "Rule 19: a quorum read asks one acceptor."
        case .quorumReadContiguous: "Rule 19: a quorum read asks for the highest slot without a gap."
        case .nonceReused: "Rules 19 and 20: a nonce is used again."
        case .barrierWithoutPhaseOne: "Rule 20: the leader's barrier leaves out what phase 1 saw."
        case .barrierConfirmedDespitePromise: "Rule 20: an acceptor confirms a barrier despite a higher promise."
        case .barrierAtFirstOwnEntry: "Rule 21: the leader's barrier waits for one own entry only."
        case .votesBeforeFormed: "A node votes before it has recorded with whom its cluster was formed."
        case .formedByQuorum: "A cluster counts as formed once a quorum has answered."
        case .wipedNodeAdmitted: "A member whose disk was wiped is greeted under its old identity."
        case .snapshotBeforeWatermark: "A snapshot takes effect before the journal holds, as chosen, what it covers."
        case .anchorNotWritten: "How far the journal reaches is recorded beside it only when it is opened."
        case .damageTakenForTornTail:
            "Damage at the end of the journal is taken for a torn tail, whatever was acknowledged."
        case .cleanEndKept: "A clean end of the journal counts on in the life after it."
        case .tailNotRewritten: "What a journal is opened with is taken to be on the disk."
        case .restoreSkipsGap: "A node starts from an old snapshot and skips what its journal dropped since."
        case .restoreLeavesRemains: "What a damaged snapshot left in the machine stays there when there is no other."
        case .outputOfAnother: "Outputs of one call of the machine go to the wrong clients."
        case .outputsFromTheFront: "What a machine left of a batch yields outputs for the clients at its front."
        case .restForgotten: "What a machine left of a batch for the next turn is never applied."
        case .readBeforeRest: "A query is begun when the log stands where it has to, though the machine does not."
        case .snapshotAmidRest: "A snapshot is begun of a machine that has not applied all that its log has."
        case .queryBeforeBarrier: "A linearizable query is answered without waiting for its barrier."
        case .dueWithoutBarrier: "What is due is proposed without a barrier that shows that the node still leads."
        case .dueByOwnClock: "What is due is told by the leader's own clock."
        case .dueOfFirstLeaderOnly: "Only the first leader of a log looks at what is due."
        case .dueOfOldGeneration: "A machine carries out what was due though what it is about has changed since."
        case .pushesLostWithoutOutput: "Pushes reach only those ports to which the turn brings a completion as well."
        case .pushesToldTwice: "A machine hands out again what it pushed before."
        case .pushesBehindOutputs: "Outputs leave first, and what they show is pushed with a later turn."
        case .pushesToUnsubscribed: "A port that ended its subscription is told on."
        case .pushesUnbounded: "Whatever a port holds, it is told more."
        case .lossUntold: "A port that holds too much is told nothing more, and not that it is so."
        }
    }
}

import PaxosBase

/// Everything that a change of configuration replaces, as one value: the members with their quorums and this node's
/// place among them, the election, the role, and the barriers of reads.
///
/// What outlives configurations is the ``Core``. So a new configuration is one assignment, and no vote, barrier or
/// leader of the old one can survive it by oversight (rule 15).
@usableFromInline
struct Era: Hashable, Sendable {
    let seat: Seat
    @usableFromInline var election: Election
    @usableFromInline var role = Role.follower
    var reads = Reads()

    init(seat: Seat, settings: Replica.Settings, at now: Instant) {
        self.seat = seat
        election = Election(seat: seat, settings: settings, at: now)
    }

    /// Whether this node has a leader that makes progress, or one that is about to come.
    @inline(__always)
    func isHappy(at now: Instant, _ core: Core) -> Bool {
        if role.isFollower { return election.hasHappyLeader(at: now) }
        if let isHandingOver = role.leader?.isHandingOver {
            return !isHandingOver && isFitToLead(at: now, core) && election.reachesQuorum(at: now)
        }
        return role.candidate?.isHappy(at: now, limit: election.timeout) == true
    }

    /// Whether this node could do what a leader must: write, apply, and get entries accepted. A leader that is stuck does
    /// not stand again before it gave up, and a candidate that is left alone does not either; by then others had their
    /// chance.
    @inline(__always)
    func isFitToLead(at now: Instant, _ core: Core) -> Bool {
        core.isFitToLead(at: now, granting: election.patience.extra)
            && role.leader?.isStuck(at: now, granting: election.patience.extra, core) != true
            && role.candidate?.isLeftAlone(at: now, limit: election.timeout) != true
    }

    /// How this node can learn up to where reads must have applied.
    @inline(__always)
    func wayOfReads(at now: Instant, _ core: Core) -> Reads.Way {
        if role.isLeader, let target = role.leader?.readTarget(core), let ballot = role.ballot {
            return .ownBallot(ballot, target: target)
        }
        // Sending a request confirms the leader's ballot, so a replica that promised a higher one must not (rule 20).
        if election.heardLeader(at: now) != nil,
            core.promised <= election.leader || core.has(.barrierConfirmedDespitePromise)
        {
            return .leader(election.leader)
        }
        return .quorum
    }
}

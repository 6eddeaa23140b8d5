import PaxosBase

/// What a node does beside accepting and learning: it follows, or stands, or leads. Only ``Replica`` assigns it.
///
/// A leader and a candidate are changed where they lie: they are never taken out, so a role is never anything but what it
/// says, not even for the length of a handler, and nothing that they hold is copied.
@usableFromInline
struct Role: Hashable, Sendable {
    @usableFromInline let kind: Kind
    /// The ballot of a node that leads or wants to.
    let ballot: Ballot?
    private var standing: Candidate?
    private var leading: Leader?

    @usableFromInline
    enum Kind: Hashable, Sendable {
        case follower, candidate, leader
    }

    private init(_ kind: Kind, ballot: Ballot? = nil, standing: Candidate? = nil, leading: Leader? = nil) {
        self.kind = kind
        self.ballot = ballot
        self.standing = standing
        self.leading = leading
    }

    static var follower: Role { Role(.follower) }

    static func candidate(_ candidate: Candidate) -> Role {
        Role(.candidate, ballot: candidate.ballot, standing: candidate)
    }

    static func leader(_ leader: Leader) -> Role { Role(.leader, ballot: leader.ballot, leading: leader) }

    @inline(__always)
    var isFollower: Bool { kind == .follower }

    @inline(__always)
    var isCandidate: Bool { kind == .candidate }

    @inlinable
    var isLeader: Bool { kind == .leader }

    /// What it knows and does as leader: to be read, and changed where it lies. Roles do not change in this way: a leader
    /// stays one, and who is none does not become one.
    @inline(__always)
    var leader: Leader? {
        _read { yield leading }
        _modify { yield &leading }
    }

    /// What it knows and does as candidate, like ``leader``.
    @inline(__always)
    var candidate: Candidate? {
        _read { yield standing }
        _modify { yield &standing }
    }
}

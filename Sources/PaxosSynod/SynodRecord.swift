import PaxosBase

/// What a process must not forget.
public enum SynodRecord: Hashable, Sendable {
    /// As an acceptor: no lower ballot is answered any more.
    case promised(Ballot)
    /// As an acceptor: this was accepted.
    case accepted(Proposal)
    /// As a proposer: this ballot is used, and never again.
    case stood(Ballot)
}

/// Names a write of a process; a later one has a higher number.
public struct SynodWrite: Hashable, Comparable, Sendable {
    /// Counted from 1 in each life of a process.
    public let rawValue: UInt64

    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Before all writes.
    public static let zero = SynodWrite(0)

    var next: SynodWrite { SynodWrite(rawValue + 1) }

    public static func < (left: SynodWrite, right: SynodWrite) -> Bool { left.rawValue < right.rawValue }
}

/// What a process finds on its disk when it starts: the fold of all records that survived.
public struct SynodState: Hashable, Sendable {
    /// The highest ballot that was promised, or accepted in.
    public private(set) var promised = Ballot.zero
    /// What was accepted last, which is to say in the highest ballot; nil when nothing was.
    public private(set) var accepted: Proposal?
    /// The highest ballot of its own that is used up.
    public private(set) var stood = Ballot.zero

    /// Of a process that never ran.
    public init() {}

    /// Folds in the next record. An acceptance is a promise as well.
    public mutating func absorb(_ record: SynodRecord) {
        switch record {
        case .promised(let ballot): promised = max(promised, ballot)
        case .accepted(let proposal):
            promised = max(promised, proposal.ballot)
            accepted = proposal
        case .stood(let ballot): stood = max(stood, ballot)
        }
    }
}

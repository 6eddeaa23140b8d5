import PaxosBase
import PaxosSynod

/// A message under way. Ordered by a digest, so that equal sets of messages are equal lists.
struct SynodPacket: Hashable, Comparable, Sendable {
    let from: NodeID
    let to: NodeID
    let message: SynodMessage
    private let digest: UInt64

    init(from: NodeID, to: NodeID, _ message: SynodMessage) {
        self.from = from
        self.to = to
        self.message = message
        var hasher = StableHasher()
        hasher.combine(from.rawValue)
        hasher.combine(to.rawValue)
        message.digest(into: &hasher)
        digest = hasher.finalize()
    }

    static func < (left: SynodPacket, right: SynodPacket) -> Bool { left.digest < right.digest }

    static func == (left: SynodPacket, right: SynodPacket) -> Bool { left.digest == right.digest }

    func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

extension SynodMessage {
    fileprivate func digest(into hasher: inout StableHasher) {
        switch self {
        case .prepare(let ballot): hasher.combine(1, ballot)
        case .promise(let ballot, let accepted):
            hasher.combine(2, ballot)
            if let accepted { hasher.combine(accepted) }
        case .accept(let proposal):
            hasher.combine(3)
            hasher.combine(proposal)
        case .accepted(let proposal):
            hasher.combine(4)
            hasher.combine(proposal)
        case .refused(let ballot, let promised):
            hasher.combine(5, ballot)
            hasher.combine(5, promised)
        case .chosen(let value):
            hasher.combine(6)
            value.withUnsafeBytes { hasher.combine($0) }
        case .ask: hasher.combine(7)
        }
    }
}

extension StableHasher {
    fileprivate mutating func combine(_ kind: UInt64, _ ballot: Ballot) {
        combine(kind)
        combine(ballot.round)
        combine(ballot.node.rawValue)
    }

    fileprivate mutating func combine(_ proposal: Proposal) {
        combine(0, proposal.ballot)
        proposal.value.withUnsafeBytes { combine($0) }
    }
}

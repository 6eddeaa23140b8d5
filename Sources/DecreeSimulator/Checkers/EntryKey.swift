import PaxosBase
import PaxosLog

/// A short name for a log entry: equal for equal entries, and different for different ones but for a chance of 2^-64.
struct EntryKey: Hashable, CustomStringConvertible {
    let rawValue: UInt64

    static let noOp = EntryKey(rawValue: 1)

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ entry: Entry) {
        switch entry {
        case .noOp: self = .noOp
        case .command(let command):
            var hasher = StableHasher(seed: command.origin.node.rawValue)
            hasher.combine(command.origin.incarnation.rawValue)
            hasher.combine(command.origin.sequence)
            hasher.combine(command.stamp.nanoseconds)
            hasher.combine(command.lineage)
            command.payload.withUnsafeBytes { hasher.combine($0) }
            rawValue = hasher.finalize() | 2
        case .unknown(let kind, let payload):
            rawValue = payload.withUnsafeBytes { StableHasher.hash($0, seed: UInt64(kind) << 32) } | 2
        }
    }

    var description: String { self == .noOp ? "no-op" : String(rawValue, radix: 16) }
}

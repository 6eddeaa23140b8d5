import DecreeWire
import PaxosLog

// Sets of kinds of message, a bit for each kind: some runs lose or delay one kind more often than others.

extension MessageKind {
    fileprivate var bit: UInt32 { 1 << UInt32(rawValue - 1) }
}

extension Message {
    /// Whether the message's kind is one of `kinds`.
    func isAmong(_ kinds: UInt32) -> Bool { kinds & kind.bit != 0 }

    static func kinds(_ kinds: MessageKind...) -> UInt32 { kinds.reduce(0) { $0 | $1.bit } }
}

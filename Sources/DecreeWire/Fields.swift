import PaxosBase
import PaxosLog

// The fields that messages and records are made of. Ballots take 24 bytes, nonces 24, slots 8.

enum FieldSize {
    static let ballot = 24
    static let nonce = 24
    static let slot = 8
    static let mark = ballot + slot
}

extension WireWriter {
    @inline(__always)
    mutating func slot(_ slot: Slot) { uint64(slot.rawValue) }

    @inline(__always)
    mutating func ballot(_ ballot: Ballot) {
        uint64(ballot.configuration.rawValue)
        uint64(ballot.round)
        uint64(ballot.node.rawValue)
    }

    mutating func nonce(_ nonce: Nonce) {
        uint64(nonce.node.rawValue)
        uint64(nonce.incarnation.rawValue)
        uint64(nonce.counter)
    }

    mutating func mark(_ mark: ChosenMark) {
        ballot(mark.ballot)
        slot(mark.watermark)
    }
}

extension WireReader {
    /// Slots end at 2^62, so that no arithmetic on what a peer sent can overflow.
    static let highestSlot: UInt64 = 1 << 62

    @inline(__always)
    mutating func slot(in part: WirePart) throws(WireError) -> Slot {
        let number = try uint64()
        guard number <= Self.highestSlot else { throw .malformed(what: part, detail: .badNumber) }
        return Slot(number)
    }

    @inline(__always)
    mutating func ballot() throws(WireError) -> Ballot {
        let configuration = ConfigurationNumber(try uint64())
        let round = try uint64()
        return Ballot(configuration: configuration, round: round, node: NodeID(try uint64()))
    }

    mutating func nonce() throws(WireError) -> Nonce {
        let node = NodeID(try uint64())
        let incarnation = Incarnation(try uint64())
        return Nonce(node: node, incarnation: incarnation, counter: try uint64())
    }

    mutating func mark() throws(WireError) -> ChosenMark {
        let ballot = try ballot()
        return ChosenMark(ballot: ballot, watermark: try slot(in: .envelope))
    }
}

import DecreeStore

/// What an answer is written to, field by field: all of it at once, or what portions are made of.
protocol ReplyWriter {
    mutating func uint64(_ field: UInt8, _ value: UInt64)
    mutating func int64(_ field: UInt8, _ value: Int64)
    mutating func bool(_ field: UInt8, _ value: Bool)
    /// Begins a nested message of `byteCount` bytes; its fields follow.
    mutating func message(_ field: UInt8, byteCount: Int)
    /// Every entry of a list as a message of its own.
    mutating func entries(_ field: UInt8, _ list: KeyValueList)
}

/// A large message that is written portion by portion, straight from where the store laid keys and values out, so that
/// whoever sends it has other work done in between. An entry stays whole: the largest one is the largest portion.
public struct ReplyPortions: Sendable {
    private enum Part: Sendable {
        case bytes([UInt8])
        case entries(UInt8, KeyValueList, next: KeyValueList.Position)
    }

    /// What is left, in reverse.
    private var parts: [Part] = []
    /// Fields that stand between lists.
    private var between: [UInt8] = []
    private var isReversed = false

    /// A portion ends with the entry that reaches this.
    static let portionByteCount = 1 << 17

    init() {}

    /// How many bytes the next ``write(to:)`` writes; 0 when all is written.
    public mutating func nextByteCount() -> Int {
        if !isReversed { begin() }
        while let part = parts.last {
            let count =
                switch part {
                case .bytes(let bytes): bytes.count
                case .entries(_, let list, let next):
                    list.portionByteCount(from: next, enough: Self.portionByteCount)
                }
            if count > 0 { return count }
            parts.removeLast()
        }
        return 0
    }

    private mutating func begin() {
        isReversed = true
        endBetween()
        parts.reverse()
    }

    /// Writes the next portion into `buffer`, which has exactly ``nextByteCount()`` bytes.
    public mutating func write(to buffer: UnsafeMutableRawBufferPointer) {
        switch parts.popLast() {
        case .none: break
        case .bytes(let bytes): bytes.withUnsafeBytes { buffer.copyMemory(from: $0) }
        case .entries(let field, let list, var next):
            var writer = ProtoWriter(buffer)
            list.write(field, from: &next, to: &writer)
            parts.append(.entries(field, list, next: next))
        }
    }
}

extension ReplyPortions: ReplyWriter {
    mutating func uint64(_ field: UInt8, _ value: UInt64) {
        append(ProtoSize.uint64(value)) { $0.uint64(field, value) }
    }

    mutating func int64(_ field: UInt8, _ value: Int64) { uint64(field, UInt64(bitPattern: value)) }

    mutating func bool(_ field: UInt8, _ value: Bool) { uint64(field, value ? 1 : 0) }

    mutating func message(_ field: UInt8, byteCount: Int) {
        append(ProtoSize.message(byteCount) - byteCount) { $0.message(field, byteCount: byteCount) }
    }

    mutating func entries(_ field: UInt8, _ list: KeyValueList) {
        guard !list.isEmpty else { return }
        endBetween()
        parts.append(.entries(field, list, next: list.startPosition))
    }

    private mutating func append(_ count: Int, _ write: (inout ProtoWriter) -> Void) {
        guard count > 0 else { return }
        between += [UInt8](unsafeUninitializedCapacity: count) { room, written in
            var writer = ProtoWriter(
                UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[..<count]))
            write(&writer)
            written = count
        }
    }

    private mutating func endBetween() {
        guard !between.isEmpty else { return }
        parts.append(.bytes(between))
        between = []
    }
}

import Foundation

/// The fields of a protobuf message, as far as an attacker has to know them to get past the first check.
public indirect enum MessageGrammar: Sendable {
    /// - Parameter key: The field without which little is looked at.
    case fields([Int: Field], key: Int? = nil)

    public enum Field: Sendable {
        case number
        /// A number of which few values mean something.
        case choice(Int)
        case bytes
        case message(MessageGrammar)
        /// The message that the fields belong to, a level deeper.
        case nested
    }

    private static let flag = Field.choice(2)

    static let range = fields(
        [
            1: .bytes, 2: .bytes, 3: .number, 4: .choice(30), 5: .choice(3), 6: .choice(5), 7: flag, 8: flag, 9: flag,
            10: .choice(30), 11: .choice(30), 12: .choice(30), 13: .choice(30),
        ], key: 1)
    static let put = fields([1: .bytes, 2: .bytes, 3: .choice(1), 4: flag, 5: flag, 6: flag], key: 1)
    static let deleteRange = fields([1: .bytes, 2: .bytes, 3: flag], key: 1)
    static let compare = fields(
        [
            1: .choice(4), 2: .choice(5), 3: .bytes, 4: .number, 5: .number, 6: .number, 7: .bytes, 8: .number,
            64: .bytes,
        ], key: 3)
    static let operation = fields([1: .message(range), 2: .message(put), 3: .message(deleteRange), 4: .nested])
    static let txn = fields([1: .message(compare), 2: .message(operation), 3: .message(operation)])
    /// What all other methods take: few fields of either kind, and messages of them.
    static let other = fields([1: .bytes, 2: .number, 3: .message(fields([1: .bytes, 2: .number])), 4: .bytes])

    /// The grammar of what a method takes.
    /// - Parameter path: `/service/name`.
    public static func of(_ path: String) -> MessageGrammar {
        switch path {
        case "/etcdserverpb.KV/Range": range
        case "/etcdserverpb.KV/Put": put
        case "/etcdserverpb.KV/DeleteRange": deleteRange
        case "/etcdserverpb.KV/Txn": txn
        case "/etcdserverpb.KV/Compact", "/etcdserverpb.Maintenance/HashKV": fields([1: .number, 2: .number])
        default: other
        }
    }
}

/// Makes messages that follow a grammar mostly, and break it now and then: fields that come twice, in another wire type, with
/// a length that is not theirs; numbers at the edges; bytes that were changed in the end.
public struct MessageAttacker {
    private var state: UInt64

    public init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    private mutating func below(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(limit))
    }

    /// The next message that a method gets.
    public mutating func message(_ grammar: MessageGrammar) -> [UInt8] {
        var bytes = valid(grammar, whole: grammar, depth: 0)
        guard below(4) == 0, !bytes.isEmpty else { return bytes }
        for _ in 0...below(4) {
            let place = below(bytes.count)
            switch below(5) {
            case 0: bytes[place] = UInt8(below(256))
            case 1: bytes[place] ^= 1 << UInt8(below(8))
            case 2: bytes.removeSubrange(place...)
            case 3: bytes.insert(contentsOf: bytes[place...].prefix(30), at: place)
            default: bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], at: place)
            }
            if bytes.isEmpty { break }
        }
        return bytes
    }

    private mutating func valid(_ grammar: MessageGrammar, whole: MessageGrammar, depth: Int) -> [UInt8] {
        guard case .fields(let fields, let key) = grammar else { return [] }
        let numbers = fields.keys.sorted()
        var bytes: [UInt8] = []
        let count = 1 + below(depth == 0 ? 6 : 4)
        for index in 0..<count {
            let isKey = index == 0 && below(10) > 0
            let number = isKey ? key ?? numbers[below(numbers.count)] : numbers[below(numbers.count)]
            // A field of another kind now and then, and one that nobody knows.
            let field = below(40) == 0 ? [.number, .bytes][below(2)] : fields[number] ?? .number
            append(field, below(60) == 0 ? number + 100 : number, whole: whole, depth: depth, to: &bytes)
        }
        return bytes
    }

    private mutating func append(
        _ field: MessageGrammar.Field, _ number: Int, whole: MessageGrammar, depth: Int, to bytes: inout [UInt8]
    ) {
        let tag = UInt64(number) << 3
        switch field {
        case .number where below(50) == 0: bytes += Self.varint(tag | 5) + [1, 2, 3, 4]
        case .choice(let count) where below(12) > 0: bytes += Self.varint(tag) + Self.varint(UInt64(below(count)))
        case .number, .choice: bytes += Self.varint(tag) + Self.varint(edge())
        case .bytes: appendLengthDelimited(key(), tag, to: &bytes)
        case .message(let grammar):
            appendLengthDelimited(valid(grammar, whole: whole, depth: depth + 1), tag, to: &bytes)
        case .nested:
            guard depth < 12 else { return }
            // Some are deep, with nothing in between.
            var inner = valid(whole, whole: whole, depth: depth + 1)
            if below(30) == 0 {
                for _ in 0..<below(300) {
                    let operation = [0x22] + Self.varint(UInt64(inner.count)) + inner
                    inner = [0x12] + Self.varint(UInt64(operation.count)) + operation
                }
            }
            appendLengthDelimited(inner, tag, to: &bytes)
        }
    }

    private mutating func appendLengthDelimited(_ content: [UInt8], _ tag: UInt64, to bytes: inout [UInt8]) {
        let lie = below(80) == 0 ? below(200) : content.count
        bytes += Self.varint(tag | 2) + Self.varint(UInt64(lie)) + content
    }

    /// Few keys, so that requests meet what others did; their neighbours, the ends of ranges, and long ones.
    private mutating func key() -> [UInt8] {
        switch below(24) {
        case 0: []
        case 1: [0]
        case 2: [UInt8](repeating: UInt8(below(256)), count: below(3_000))
        case 3: [UInt8(ascii: "k"), UInt8(below(4)), 0]
        default: [UInt8(ascii: "k"), UInt8(below(24))]
        }
    }

    private mutating func edge() -> UInt64 {
        switch below(8) {
        case 0, 1: UInt64(below(6))
        case 2: UInt64(below(200))
        case 3: UInt64(bitPattern: Int64.min)
        case 4: UInt64(Int64.max)
        case 5: UInt64.max
        case 6: UInt64(1) << UInt64(below(64))
        default: 1
        }
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest > 127 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}

/// How long attackers go on.
public enum AttackTime {
    /// `ATTACK_MINUTES` minutes, or as long as the tests have for it.
    public static func length(otherwise short: Duration) -> Duration {
        let minutes = ProcessInfo.processInfo.environment["ATTACK_MINUTES"].flatMap(Double.init)
        return minutes.map { .seconds($0 * 60) } ?? short
    }
}

/// Builds a protobuf message by field numbers. The tests speak the wire format by themselves, so that a slip in the
/// product's own messages cannot hide.
public struct ProtoMessage: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func number(_ field: Int, _ value: Int64) {
        guard value != 0 else { return }
        varint(UInt64(field) << 3)
        varint(UInt64(bitPattern: value))
    }

    public mutating func flag(_ field: Int, _ value: Bool) { number(field, value ? 1 : 0) }

    public mutating func bytes(_ field: Int, _ value: [UInt8], always: Bool = false) {
        guard always || !value.isEmpty else { return }
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    public mutating func text(_ field: Int, _ value: String) { bytes(field, Array(value.utf8)) }

    public mutating func message(_ field: Int, _ value: ProtoMessage) { bytes(field, value.bytes, always: true) }

    public mutating func message(_ field: Int, _ build: (inout ProtoMessage) -> Void) {
        var inner = ProtoMessage()
        build(&inner)
        message(field, inner)
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 127 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// The fields of a protobuf message, in the order in which they stand there.
public struct ProtoFields: Sendable {
    public enum Value: Sendable {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    public private(set) var fields: [(number: Int, value: Value)] = []

    /// nil if the bytes are no message.
    public init?(_ bytes: some Collection<UInt8>) {
        var rest = ArraySlice(bytes)
        while !rest.isEmpty {
            guard let tag = Self.varint(&rest) else { return nil }
            guard let value = Self.value(wireType: tag & 7, &rest) else { return nil }
            fields.append((Int(tag >> 3), value))
        }
    }

    public func number(_ field: Int) -> Int64 {
        for case (field, .number(let value)) in fields.reversed() { return Int64(bitPattern: value) }
        return 0
    }

    public func bytes(_ field: Int) -> [UInt8] { all(field).last.map { Array($0) } ?? [] }
    public func text(_ field: Int) -> String { String(decoding: bytes(field), as: UTF8.self) }
    public func has(_ field: Int) -> Bool { fields.contains { $0.number == field } }

    /// Every value of a repeated field of bytes or messages.
    public func all(_ field: Int) -> [ArraySlice<UInt8>] {
        fields.compactMap { entry in
            guard entry.number == field, case .bytes(let value) = entry.value else { return nil }
            return value
        }
    }

    public func messages(_ field: Int) -> [ProtoFields] { all(field).compactMap { ProtoFields($0) } }

    private static func value(wireType: UInt64, _ rest: inout ArraySlice<UInt8>) -> Value? {
        switch wireType {
        case 0: return varint(&rest).map { .number($0) }
        case 1: return fixed(8, &rest)
        case 5: return fixed(4, &rest)
        case 2:
            guard let length = varint(&rest), length <= UInt64(rest.count) else { return nil }
            defer { rest = rest.dropFirst(Int(length)) }
            return .bytes(rest.prefix(Int(length)))
        default: return nil
        }
    }

    private static func fixed(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Value? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return .number(rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
        }
        return nil
    }
}

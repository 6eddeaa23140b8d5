/// A key and its value as they lie in a response.
struct KeyValueView {
    var key = UnsafeRawBufferPointer(start: nil, count: 0)
    var value = UnsafeRawBufferPointer(start: nil, count: 0)
    var modRevision: Int64 = 0
}

/// The parts of an answer to a put, range or transaction that the benchmark looks at.
struct ResponseView {
    /// `header.revision`.
    var revision: Int64 = 0
    /// `RangeResponse.count`.
    var count: Int64 = 0
    /// `RangeResponse.more`, `TxnResponse.succeeded`.
    var flag = false
}

/// Reads responses where they lie, without decoding what is not needed.
enum ResponseReader {
    /// Reads the answer to a range.
    ///
    /// - Parameter visit: called for each key and value, in order.
    /// - Returns: nil if the bytes are no such message.
    @inline(__always)
    static func range(_ message: UnsafeRawBufferPointer, visit: (KeyValueView) -> Void) -> ResponseView? {
        var response = ResponseView()
        var reader = FieldReader(message)
        while let field = reader.next() {
            switch field.number {
            case 1: response.revision = revision(inHeader: field.bytes)
            case 2:
                guard let pair = keyValue(field.bytes) else { return nil }
                visit(pair)
            case 3: response.flag = field.value != 0
            case 4: response.count = Int64(bitPattern: field.value)
            default: break
            }
        }
        return reader.isAtEnd ? response : nil
    }

    /// Reads the answer to a put or a transaction.
    static func write(_ message: UnsafeRawBufferPointer) -> ResponseView? {
        var response = ResponseView()
        var reader = FieldReader(message)
        while let field = reader.next() {
            switch field.number {
            case 1: response.revision = revision(inHeader: field.bytes)
            case 2 where field.bytes.isEmpty: response.flag = field.value != 0
            default: break
            }
        }
        return reader.isAtEnd ? response : nil
    }

    private static func revision(inHeader header: UnsafeRawBufferPointer) -> Int64 {
        var reader = FieldReader(header)
        while let field = reader.next(), field.number <= 3 {
            if field.number == 3 { return Int64(bitPattern: field.value) }
        }
        return 0
    }

    private static func keyValue(_ message: UnsafeRawBufferPointer) -> KeyValueView? {
        var pair = KeyValueView()
        var reader = FieldReader(message)
        while let field = reader.next() {
            switch field.number {
            case 1: pair.key = field.bytes
            case 3: pair.modRevision = Int64(bitPattern: field.value)
            case 5: pair.value = field.bytes
            default: break
            }
        }
        return reader.isAtEnd ? pair : nil
    }
}

/// Walks over the fields of a protobuf message.
struct FieldReader {
    struct Field {
        var number: Int
        /// Of a number field.
        var value: UInt64
        /// Of a bytes or message field.
        var bytes: UnsafeRawBufferPointer
    }

    private let message: UnsafeRawBufferPointer
    private var position = 0
    private var isBroken = false

    init(_ message: UnsafeRawBufferPointer) { self.message = message }

    /// Whether all fields were read and none was malformed.
    var isAtEnd: Bool { !isBroken && position == message.count }

    /// The next field; nil at the end and at what is no field.
    @inline(__always)
    mutating func next() -> Field? {
        guard position < message.count, let tag = varint() else { return nil }
        var field = Field(number: Int(truncatingIfNeeded: tag >> 3), value: 0, bytes: .init(start: nil, count: 0))
        switch tag & 7 {
        case 0:
            guard let value = varint() else { return nil }
            field.value = value
        case 2:
            guard let length = varint(), length <= UInt64(message.count - position) else { return broken() }
            let end = position + Int(length)
            field.bytes = UnsafeRawBufferPointer(rebasing: message[position..<end])
            position = end
        default: return broken()
        }
        return field
    }

    @inline(__always)
    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < message.count, shift < 64 {
            let byte = message[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        isBroken = true
        return nil
    }

    private mutating func broken() -> Field? {
        isBroken = true
        return nil
    }
}

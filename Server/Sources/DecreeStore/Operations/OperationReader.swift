import PaxosBase

/// Reads operations where they lie, without copying keys and values; whatever does not fit is `malformedOperation`.
struct OperationReader {
    /// Far above what any server lets in, and below what lengths in memory can hold.
    private static let longestString = 1 << 30

    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The key of an operation that is a put.
    static func keyOfPut(_ bytes: UnsafeRawBufferPointer) -> ByteSpan? {
        guard bytes.count > 2, bytes[0] == OperationKind.put.rawValue else { return nil }
        var reader = OperationReader(bytes)
        reader.offset = 1
        return try? reader.put().key
    }

    /// Whether the next operation says who asks for it.
    @inline(__always)
    var isAsked: Bool { offset < bytes.count && bytes[offset] == OperationKind.asked }

    mutating func kind() throws(StoreError) -> OperationKind {
        let code = try byte()
        guard let kind = OperationKind(rawValue: code) else { throw .unknownOperation(kind: code) }
        return kind
    }

    @inline(__always)
    mutating func put() throws(StoreError) -> PutSpan {
        let flags = try byte()
        guard flags < 16 else { throw .malformedOperation }
        let lease = flags & PutFlags.hasLease != 0 ? LeaseID(try word()) : .none
        return PutSpan(flags: flags, lease: lease, key: try string(), value: try string())
    }

    mutating func deleteRange() throws(StoreError) -> DeleteRangeSpan {
        let flags = try byte()
        guard flags < 2 else { throw .malformedOperation }
        return DeleteRangeSpan(flags: flags, range: try range())
    }

    mutating func compaction() throws(StoreError) -> CompactionRequest {
        CompactionRequest(revision: Revision(try word()))
    }

    mutating func range() throws(StoreError) -> KeySpan { KeySpan(key: try string(), rangeEnd: try string()) }

    @inline(__always)
    mutating func byte() throws(StoreError) -> UInt8 {
        guard offset < bytes.count else { throw .malformedOperation }
        defer { offset += 1 }
        return bytes[offset]
    }

    @inline(__always)
    mutating func word() throws(StoreError) -> Int64 {
        guard bytes.count - offset >= 8 else { throw .malformedOperation }
        defer { offset += 8 }
        return Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
    }

    /// A number of elements, each of which takes at least one byte, or of bytes: never more than what is left.
    @inline(__always)
    mutating func count() throws(StoreError) -> Int {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            result |= UInt64(next & 0x7F) << shift
            if next < 0x80 { break }
            shift += 7
            if shift > 28 { throw .malformedOperation }
        }
        guard result <= UInt64(min(bytes.count - offset, Self.longestString)) else { throw .malformedOperation }
        return Int(result)
    }

    @inline(__always)
    mutating func string() throws(StoreError) -> UnsafeRawBufferPointer {
        let length = try count()
        defer { offset += length }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])
    }

    /// Checks that nothing is left over.
    @inline(__always)
    func finish() throws(StoreError) {
        if offset != bytes.count { throw .malformedOperation }
    }

    func payloadSlice(of part: UnsafeRawBufferPointer, in payload: Payload) -> Payload {
        payload.slice(of: part, in: bytes)
    }

    func keyRange(of span: KeySpan, in payload: Payload) -> KeyRange { span.range(from: payload, bytes) }

    func request(of put: PutSpan, in payload: Payload) -> PutRequest { put.request(from: payload, bytes) }

    func request(of deletion: DeleteRangeSpan, in payload: Payload) -> DeleteRangeRequest {
        deletion.request(from: payload, bytes)
    }
}

extension PutSpan {
    /// The same as a request of its own; `bytes` is what `payload` holds.
    public func request(from payload: Payload, _ bytes: UnsafeRawBufferPointer) -> PutRequest {
        PutRequest(
            key: payload.slice(of: key, in: bytes), value: payload.slice(of: value, in: bytes), lease: lease,
            previousKeyValue: flags & PutFlags.previousKeyValue != 0, ignoreValue: flags & PutFlags.ignoreValue != 0,
            ignoreLease: flags & PutFlags.ignoreLease != 0)
    }
}

extension DeleteRangeSpan {
    /// The same as a request of its own; `bytes` is what `payload` holds.
    public func request(from payload: Payload, _ bytes: UnsafeRawBufferPointer) -> DeleteRangeRequest {
        DeleteRangeRequest(
            range.range(from: payload, bytes), previousKeyValues: flags & DeleteRangeFlags.previousKeyValues != 0)
    }
}

extension KeySpan {
    func range(from payload: Payload, _ bytes: UnsafeRawBufferPointer) -> KeyRange {
        KeyRange(key: payload.slice(of: key, in: bytes), rangeEnd: payload.slice(of: rangeEnd, in: bytes))
    }
}

extension Payload {
    /// The slice that covers `part`, a part of `whole`, which is what this payload holds.
    public func slice(of part: UnsafeRawBufferPointer, in whole: UnsafeRawBufferPointer) -> Payload {
        guard let start = part.baseAddress, let base = whole.baseAddress, !part.isEmpty else { return Payload() }
        let offset = start - base
        return slice(offset..<(offset + part.count))
    }
}

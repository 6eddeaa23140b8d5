import PaxosBase

/// What is replicated: one change to the store as it stands in the log.
///
/// | kind | body |
/// |---|---|
/// | 1 put | flags, lease if flagged, key, value |
/// | 2 delete range | flags, key, range end |
/// | 3 transaction | comparisons, success branch, failure branch, each with its number of elements |
/// | 4 compaction | revision |
/// | 5 member | identifier, name, number of client URLs, client URLs |
/// | 6 asked | who asks (``Asker``): user, revision of users and roles; behind it the operation |
///
/// Byte strings stand behind their length, lengths and counts are variable-length integers of seven bits a byte, all
/// other numbers eight bytes in little-endian order. The kind leads, so that later kinds (leases, users, alarms) and
/// later forms of these find room. A replica that meets a kind that it does not know answers with an error and changes
/// nothing.
public enum StoreOperation: Hashable, Sendable {
    case put(PutRequest)
    case deleteRange(DeleteRangeRequest)
    case txn(TxnRequest)
    case compact(CompactionRequest)
    case publishMember(MemberAttributes)

    /// Checks what needs no state; see ``TxnRequest/validate(maximumOperations:)``.
    public func validate(maximumOperations: Int = 128) throws(StoreError) {
        switch self {
        case .put(let request): try request.validate()
        case .deleteRange(let request): try request.validate()
        case .txn(let request): try request.validate(maximumOperations: maximumOperations)
        case .compact, .publishMember: break
        }
    }

    /// How many bytes ``encode(into:)`` writes.
    public var encodedByteCount: Int {
        var counter = OperationWriter(buffer: nil)
        counter.write(self)
        return counter.byteCount
    }

    /// Writes the operation to the start of `buffer`, which has room for ``encodedByteCount`` bytes.
    /// - Returns: How many bytes were written.
    @discardableResult
    public func encode(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var writer = OperationWriter(buffer: buffer)
        writer.write(self)
        return writer.byteCount
    }

    public func encode() -> Payload { Payload(byteCount: encodedByteCount) { encode(into: $0) } }

    /// Reads an operation, whoever asks for it; its keys and values share the buffer of `payload`.
    /// - Throws: `malformedOperation` or `unknownOperation`.
    public init(decoding payload: Payload) throws(StoreError) { self = try AskedOperation(decoding: payload).operation }

    /// Reads the operation that the reader stands at, and that ends `bytes`, which are what `payload` holds.
    init(
        reading reader: inout OperationReader, _ payload: Payload, _ bytes: UnsafeRawBufferPointer
    ) throws(StoreError) {
        switch try reader.kind() {
        case .put: self = .put(try reader.put().request(from: payload, bytes))
        case .deleteRange: self = .deleteRange(try reader.deleteRange().request(from: payload, bytes))
        case .txn:
            var decoder = TxnDecoder(reader: reader, payload: payload)
            self = .txn(try decoder.txn(nesting: 1))
            reader = decoder.reader
        case .compact: self = .compact(try reader.compaction())
        case .publishMember: self = .publishMember(try reader.memberAttributes())
        }
        try reader.finish()
    }
}

/// The leading byte of an operation, and of each operation within a transaction.
enum OperationKind: UInt8 {
    case put = 1
    case deleteRange = 2
    case txn = 3
    case compact = 4
    case publishMember = 5

    /// Marks within transactions that no log entry begins with.
    static let range: UInt8 = 0x80
    static let unset: UInt8 = 0x81

    /// Stands before an operation that says who asks for it.
    static let asked: UInt8 = 6
}

enum PutFlags {
    static let previousKeyValue: UInt8 = 1
    static let ignoreValue: UInt8 = 2
    static let ignoreLease: UInt8 = 4
    static let hasLease: UInt8 = 8
}

enum DeleteRangeFlags {
    static let previousKeyValues: UInt8 = 1
}

enum RangeFlags {
    static let keysOnly: UInt8 = 1
    static let countOnly: UInt8 = 2
    static let hasLimit: UInt8 = 4
    static let hasRevision: UInt8 = 8
    static let hasSort: UInt8 = 16
    static let hasBounds: UInt8 = 32
}

enum CompareTargetCode {
    static let version: UInt8 = 0
    static let createRevision: UInt8 = 1
    static let modRevision: UInt8 = 2
    static let value: UInt8 = 3
    static let lease: UInt8 = 4
    static let unknown: UInt8 = 255
}

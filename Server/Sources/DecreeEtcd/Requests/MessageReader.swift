import DecreeRPC
import DecreeStore
import PaxosBase

/// Reads the KV service's requests into the store's types.
///
/// The message is copied once; keys and values are slices of that copy. Enum values that this version does not know are
/// taken as etcd takes them: refused for sorting, passed on as unknown in comparisons.
struct MessageReader {
    /// The copy that all keys and values share.
    private let message: Payload
    private let whole: UnsafeRawBufferPointer

    /// Whether a sort order or target was one that nobody knows. Kept rather than thrown, because etcd looks at the
    /// key first.
    private(set) var hasInvalidSort = false
    /// Ranges that were read, and how many of them may be answered from the local state.
    private(set) var rangeCount = 0
    private(set) var serializableCount = 0

    /// Calls `body` with a reader of a copy of `bytes`, and with the copied bytes.
    static func read<Result>(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (inout MessageReader, UnsafeRawBufferPointer) throws(RPCStatus) -> Result
    ) throws(RPCStatus) -> Result {
        let message = Payload(copying: bytes)
        return try message.withUnsafeBytes { (copy) throws(RPCStatus) in
            var reader = MessageReader(message: message, whole: copy)
            return try body(&reader, copy)
        }
    }

    private init(message: Payload, whole: UnsafeRawBufferPointer) {
        self.message = message
        self.whole = whole
    }

    private func slice(_ bytes: UnsafeRawBufferPointer) -> Payload { message.slice(of: bytes, in: whole) }

    mutating func range(_ bytes: UnsafeRawBufferPointer) throws(RPCStatus) -> RangeRequest {
        var fields = ProtoReader(bytes)
        var request = RangeRequest(KeyRange(key: Payload()))
        var isSerializable = false
        while try fields.next() {
            switch fields.field {
            case 1: request.range.key = slice(try fields.bytes())
            case 2: request.range.rangeEnd = slice(try fields.bytes())
            case 3: request.limit = Int(try fields.int64())
            case 4: request.revision = Revision(try fields.int64())
            case 5: readSortOrder(try fields.enumeration(), into: &request)
            case 6: readSortTarget(try fields.enumeration(), into: &request)
            case 7: isSerializable = try fields.bool()
            case 8: request.keysOnly = try fields.bool()
            case 9: request.countOnly = try fields.bool()
            case 10: request.minModRevision = Revision(try fields.int64())
            case 11: request.maxModRevision = Revision(try fields.int64())
            case 12: request.minCreateRevision = Revision(try fields.int64())
            case 13: request.maxCreateRevision = Revision(try fields.int64())
            default: try fields.skip()
            }
        }
        rangeCount += 1
        if isSerializable { serializableCount += 1 }
        return request
    }

    private mutating func readSortOrder(_ number: Int32, into request: inout RangeRequest) {
        guard let order = UInt8(exactly: number).flatMap(RangeRequest.SortOrder.init) else {
            hasInvalidSort = true
            return
        }
        request.sortOrder = order
    }

    private mutating func readSortTarget(_ number: Int32, into request: inout RangeRequest) {
        guard let target = UInt8(exactly: number).flatMap(RangeRequest.SortTarget.init) else {
            hasInvalidSort = true
            return
        }
        request.sortTarget = target
    }

    func put(_ bytes: UnsafeRawBufferPointer) throws(RPCStatus) -> PutRequest {
        try PutSpan(message: bytes).request(from: message, whole)
    }

    func deleteRange(_ bytes: UnsafeRawBufferPointer) throws(RPCStatus) -> DeleteRangeRequest {
        try DeleteRangeSpan(message: bytes).request(from: message, whole)
    }

    /// - Parameter nesting: 1 for the transaction that the client asked for.
    mutating func txn(_ bytes: UnsafeRawBufferPointer, nesting: Int = 1) throws(RPCStatus) -> TxnRequest {
        // Deeper ones could not be valid, and would exhaust the stack before anybody could say so.
        guard nesting <= TxnRequest.maximumNesting else { throw EtcdError.tooManyOperations.status }
        var fields = ProtoReader(bytes)
        var request = TxnRequest()
        while try fields.next() {
            switch fields.field {
            case 1: request.compares.append(try compare(fields.bytes()))
            case 2: request.success.append(try operation(fields.bytes(), nesting: nesting))
            case 3: request.failure.append(try operation(fields.bytes(), nesting: nesting))
            default: try fields.skip()
            }
        }
        return request
    }

    private mutating func operation(
        _ bytes: UnsafeRawBufferPointer, nesting: Int
    ) throws(RPCStatus) -> RequestOperation {
        var fields = ProtoReader(bytes)
        var operation = RequestOperation.unset
        while try fields.next() {
            switch fields.field {
            case 1: operation = .range(try range(fields.bytes()))
            case 2: operation = .put(try put(fields.bytes()))
            case 3: operation = .deleteRange(try deleteRange(fields.bytes()))
            case 4: operation = .txn(try txn(fields.bytes(), nesting: nesting + 1))
            default: try fields.skip()
            }
        }
        return operation
    }

    private func compare(_ bytes: UnsafeRawBufferPointer) throws(RPCStatus) -> Compare {
        var fields = ProtoReader(bytes)
        var range = KeyRange(key: Payload())
        var relation = Compare.Relation.equal
        var operand = CompareOperand()
        while try fields.next() {
            switch fields.field {
            case 1: relation = UInt8(exactly: try fields.enumeration()).flatMap(Compare.Relation.init) ?? .unknown
            case 2: operand.target = try fields.enumeration()
            case 3: range.key = slice(try fields.bytes())
            case 4, 5, 6, 8: operand.set(fields.field, number: try fields.int64())
            case 7: operand.set(fields.field, bytes: slice(try fields.bytes()))
            case 64: range.rangeEnd = slice(try fields.bytes())
            default: try fields.skip()
            }
        }
        return Compare(range, relation, operand.comparison)
    }
}

/// What a comparison compares with, put together from its target and the arm of its oneof that came last.
private struct CompareOperand {
    /// `CompareTarget` as sent.
    var target: Int32 = 0
    private var arm: UInt32 = 0
    private var number: Int64 = 0
    private var bytes = Payload()

    mutating func set(_ arm: UInt32, number: Int64) {
        self.arm = arm
        self.number = number
    }

    mutating func set(_ arm: UInt32, bytes: Payload) {
        self.arm = arm
        self.bytes = bytes
    }

    /// An arm that does not belong to the target counts as left out, and what is left out as zero or no bytes.
    var comparison: Compare.Target {
        switch target {
        case 0: .version(arm == 4 ? number : 0)
        case 1: .createRevision(Revision(arm == 5 ? number : 0))
        case 2: .modRevision(Revision(arm == 6 ? number : 0))
        case 3: .value(arm == 7 ? bytes : Payload())
        case 4: .lease(LeaseID(arm == 8 ? number : 0))
        default: .unknown
        }
    }
}

import DecreeRPC
import DecreeStore
import PaxosBase

/// Carries a transaction from the client's message into a command of the log without a tree of requests, if it is as most
/// are: comparisons of single keys, and branches of a few plain puts, ranges of the newest state, or one deletion, with
/// something to write among them.
///
/// Whatever is not so, and whatever is not sound, goes the long way, which finds out what the client is to be told.
struct PlainTxnMessage {
    private let message: UnsafeRawBufferPointer
    private let counts: (compares: Int, success: Int, failure: Int)

    /// - Returns: Nil when the transaction has to go the long way.
    init?(_ message: UnsafeRawBufferPointer, maximumOperations: Int) {
        self.message = message
        guard let checked = try? Self.check(message) else { return nil }
        counts = checked
        let longest = max(counts.compares, counts.success, counts.failure)
        guard longest <= maximumOperations else { return nil }
    }

    /// The transaction in the log's form.
    func encode() -> Payload? {
        var counter = OperationWriter(buffer: nil)
        guard (try? write(to: &counter)) != nil else { return nil }
        return Payload(byteCount: counter.byteCount) {
            var writer = OperationWriter(buffer: $0)
            try? write(to: &writer)
        }
    }

    // MARK: Looking

    /// Thrown away: the long way tells what is wrong.
    private static let strange = RPCStatus.malformed("a transaction that is not plain")

    private static func check(
        _ message: UnsafeRawBufferPointer
    ) throws(RPCStatus) -> (compares: Int, success: Int, failure: Int) {
        var compares = 0
        var success = Branch()
        var failure = Branch()
        var fields = ProtoReader(message)
        while try fields.next() {
            switch fields.field {
            case 1:
                _ = try compare(fields.bytes())
                compares += 1
            case 2: try success.add(operation(fields.bytes()))
            case 3: try failure.add(operation(fields.bytes()))
            default: throw strange
            }
        }
        guard success.isSound, failure.isSound, success.writes + failure.writes > 0 else { throw strange }
        return (compares, success.count, failure.count)
    }

    /// What was seen of one branch.
    private struct Branch {
        private var keys = InlineArray<8, UnsafeRawBufferPointer>(
            repeating: UnsafeRawBufferPointer(start: nil, count: 0))
        private var puts = 0
        private var deletions = 0
        private(set) var count = 0

        var writes: Int { puts + deletions }
        var isSound: Bool { deletions == 0 || writes == 1 }

        mutating func add(_ operation: PlainRequest) throws(RPCStatus) {
            count += 1
            switch operation {
            case .put(let put):
                guard put.isPlain, !put.key.isEmpty, puts < 8 else { throw strange }
                for index in 0..<puts where keys[index].elementsEqual(put.key) { throw strange }
                keys[puts] = put.key
                puts += 1
            case .deleteRange(let deletion):
                guard !deletion.key.isEmpty else { throw strange }
                deletions += 1
            case .range(let range): if range.key.isEmpty { throw strange }
            }
        }
    }

    // MARK: Writing

    private func write(to writer: inout OperationWriter) throws(RPCStatus) {
        writer.beginTxn(compares: counts.compares)
        var fields = ProtoReader(message)
        while try fields.next() {
            let bytes = try fields.bytes()
            if fields.field == 1 { writer.write(try Self.compare(bytes)) }
        }
        try writeBranch(2, counts.success, to: &writer)
        try writeBranch(3, counts.failure, to: &writer)
    }

    private func writeBranch(_ field: UInt32, _ count: Int, to writer: inout OperationWriter) throws(RPCStatus) {
        writer.write(count: count)
        var fields = ProtoReader(message)
        while try fields.next() {
            let bytes = try fields.bytes()
            guard fields.field == field else { continue }
            switch try Self.operation(bytes) {
            case .put(let put): writer.write(put)
            case .deleteRange(let deletion): writer.write(deletion)
            case .range(let range): writer.write(range)
            }
        }
    }

    // MARK: Reading

    /// One operation of a branch.
    private enum PlainRequest {
        case put(PutSpan)
        case deleteRange(DeleteRangeSpan)
        case range(RangeSpan)
    }

    private static func operation(_ bytes: UnsafeRawBufferPointer) throws(RPCStatus) -> PlainRequest {
        var fields = ProtoReader(bytes)
        guard try fields.next() else { throw strange }
        let field = fields.field
        let body = try fields.bytes()
        guard try !fields.next() else { throw strange }
        switch field {
        case 1: return .range(try range(body))
        case 2: return .put(try PutSpan(message: body))
        case 3: return .deleteRange(try DeleteRangeSpan(message: body))
        default: throw strange
        }
    }

    private static func range(_ bytes: UnsafeRawBufferPointer) throws(RPCStatus) -> RangeSpan {
        var fields = ProtoReader(bytes)
        var (key, rangeEnd) = (
            UnsafeRawBufferPointer(start: nil, count: 0), UnsafeRawBufferPointer(start: nil, count: 0)
        )
        var limit: Int64 = 0
        var (keysOnly, countOnly) = (false, false)
        while try fields.next() {
            switch fields.field {
            case 1: key = try fields.bytes()
            case 2: rangeEnd = try fields.bytes()
            case 3: limit = try fields.int64()
            case 7: _ = try fields.bool()
            case 8: keysOnly = try fields.bool()
            case 9: countOnly = try fields.bool()
            default: throw strange
            }
        }
        return RangeSpan(key: key, rangeEnd: rangeEnd, limit: limit, keysOnly: keysOnly, countOnly: countOnly)
    }

    private static func compare(_ bytes: UnsafeRawBufferPointer) throws(RPCStatus) -> CompareSpan {
        var fields = ProtoReader(bytes)
        var key = UnsafeRawBufferPointer(start: nil, count: 0)
        var (relation, target, arm) = (Int32(0), Int32(0), UInt32(0))
        var operand: Int64 = 0
        var value = UnsafeRawBufferPointer(start: nil, count: 0)
        while try fields.next() {
            switch fields.field {
            case 1: relation = try fields.enumeration()
            case 2: target = try fields.enumeration()
            case 3: key = try fields.bytes()
            case 4, 5, 6, 8: (arm, operand) = (fields.field, try fields.int64())
            case 7: (arm, value) = (7, try fields.bytes())
            default: throw strange
            }
        }
        guard !key.isEmpty, let relation = UInt8(exactly: relation).flatMap(Compare.Relation.init), relation != .unknown
        else { throw strange }
        // An operand of another target than the one that is compared goes the long way.
        guard arm == 0 || arm == UInt32(truncatingIfNeeded: target) &+ 4 else { throw strange }
        if target == 3 { return CompareSpan(key: key, relation, value: value) }
        guard let span = CompareSpan(key: key, relation, target: target, operand: operand) else { throw strange }
        return span
    }
}

extension PutSpan {
    /// Reads `etcdserverpb.PutRequest` where it lies.
    @inline(__always)
    init(message: UnsafeRawBufferPointer) throws(RPCStatus) {
        var fields = ProtoReader(message)
        var (key, value) = (UnsafeRawBufferPointer(start: nil, count: 0), UnsafeRawBufferPointer(start: nil, count: 0))
        var lease = LeaseID.none
        var (previousKeyValue, ignoreValue, ignoreLease) = (false, false, false)
        while try fields.next() {
            switch fields.field {
            case 1: key = try fields.bytes()
            case 2: value = try fields.bytes()
            case 3: lease = LeaseID(try fields.int64())
            case 4: previousKeyValue = try fields.bool()
            case 5: ignoreValue = try fields.bool()
            case 6: ignoreLease = try fields.bool()
            default: try fields.skip()
            }
        }
        self.init(
            key: key, value: value, lease: lease, previousKeyValue: previousKeyValue, ignoreValue: ignoreValue,
            ignoreLease: ignoreLease)
    }
}

extension DeleteRangeSpan {
    /// Reads `etcdserverpb.DeleteRangeRequest` where it lies.
    init(message: UnsafeRawBufferPointer) throws(RPCStatus) {
        var fields = ProtoReader(message)
        var (key, rangeEnd) = (
            UnsafeRawBufferPointer(start: nil, count: 0), UnsafeRawBufferPointer(start: nil, count: 0)
        )
        var previousKeyValues = false
        while try fields.next() {
            switch fields.field {
            case 1: key = try fields.bytes()
            case 2: rangeEnd = try fields.bytes()
            case 3: previousKeyValues = try fields.bool()
            default: try fields.skip()
            }
        }
        self.init(key: key, rangeEnd: rangeEnd, previousKeyValues: previousKeyValues)
    }
}

import PaxosBase

/// Writes operations in the form of the log, or only counts the bytes that they take.
public struct OperationWriter {
    private let buffer: UnsafeMutableRawBufferPointer?
    public private(set) var byteCount = 0

    /// - Parameter buffer: Where to write; nil to count only.
    public init(buffer: UnsafeMutableRawBufferPointer?) { self.buffer = buffer }

    mutating func write(_ operation: StoreOperation) {
        switch operation {
        case .put(let request): write(request)
        case .deleteRange(let request): write(request)
        case .txn(let request): write(request)
        case .compact(let request):
            write(byte: OperationKind.compact.rawValue)
            write(word: request.revision.rawValue)
        case .publishMember(let attributes): write(attributes)
        }
    }

    private mutating func write(_ request: PutRequest) { request.withSpans { write($0) } }

    /// Writes a put from where its bytes lie.
    public mutating func write(_ put: PutSpan) {
        write(byte: OperationKind.put.rawValue)
        write(byte: put.flags)
        if put.lease != .none { write(word: put.lease.rawValue) }
        write(bytes: put.key)
        write(bytes: put.value)
    }

    private mutating func write(_ request: DeleteRangeRequest) {
        request.range.withSpan { range in
            write(
                DeleteRangeSpan(
                    flags: request.previousKeyValues ? DeleteRangeFlags.previousKeyValues : 0, range: range))
        }
    }

    /// Writes a deletion from where its bytes lie.
    public mutating func write(_ deletion: DeleteRangeSpan) {
        write(byte: OperationKind.deleteRange.rawValue)
        write(byte: deletion.flags)
        write(deletion.range)
    }

    /// Writes a range of a transaction from where its bytes lie.
    public mutating func write(_ range: RangeSpan) {
        write(byte: OperationKind.range)
        write(byte: range.flags)
        if range.flags & RangeFlags.hasLimit != 0 { write(word: range.limit) }
        write(range.range)
    }

    /// Writes a comparison from where its bytes lie.
    public mutating func write(_ compare: CompareSpan) {
        write(byte: compare.relation.rawValue)
        write(byte: compare.target)
        if compare.target == CompareTargetCode.value {
            write(bytes: compare.value)
        } else {
            write(word: compare.operand)
        }
        write(bytes: compare.key)
        write(count: 0)
    }

    /// Begins a transaction; its comparisons follow, then each branch behind its number of operations.
    public mutating func beginTxn(compares count: Int) {
        write(byte: OperationKind.txn.rawValue)
        write(count: count)
    }

    private mutating func write(_ range: KeySpan) {
        write(bytes: range.key)
        write(bytes: range.rangeEnd)
    }

    private mutating func write(_ request: TxnRequest) {
        beginTxn(compares: request.compares.count)
        for compare in request.compares { write(compare) }
        write(request.success)
        write(request.failure)
    }

    private mutating func write(_ operations: [RequestOperation]) {
        write(count: operations.count)
        for operation in operations {
            switch operation {
            case .range(let request): write(request)
            case .put(let request): write(request)
            case .deleteRange(let request): write(request)
            case .txn(let request): write(request)
            case .unset: write(byte: OperationKind.unset)
            }
        }
    }

    private mutating func write(_ compare: Compare) {
        write(byte: compare.relation.rawValue)
        switch compare.target {
        case .version(let version): write(target: CompareTargetCode.version, version)
        case .createRevision(let revision): write(target: CompareTargetCode.createRevision, revision.rawValue)
        case .modRevision(let revision): write(target: CompareTargetCode.modRevision, revision.rawValue)
        case .lease(let lease): write(target: CompareTargetCode.lease, lease.rawValue)
        case .value(let value):
            write(byte: CompareTargetCode.value)
            write(value)
        case .unknown: write(byte: CompareTargetCode.unknown)
        }
        write(compare.range)
    }

    private mutating func write(_ request: RangeRequest) {
        write(byte: OperationKind.range)
        let hasSort = request.sortOrder != .none || request.sortTarget != .key
        let bounds = [
            request.minModRevision, request.maxModRevision, request.minCreateRevision, request.maxCreateRevision,
        ]
        let hasBounds = bounds.contains { $0 != .zero }
        var flags: UInt8 = 0
        if request.keysOnly { flags |= RangeFlags.keysOnly }
        if request.countOnly { flags |= RangeFlags.countOnly }
        if request.limit != 0 { flags |= RangeFlags.hasLimit }
        if request.revision != .zero { flags |= RangeFlags.hasRevision }
        if hasSort { flags |= RangeFlags.hasSort }
        if hasBounds { flags |= RangeFlags.hasBounds }
        write(byte: flags)
        if request.limit != 0 { write(word: Int64(request.limit)) }
        if request.revision != .zero { write(word: request.revision.rawValue) }
        if hasSort {
            write(byte: request.sortOrder.rawValue)
            write(byte: request.sortTarget.rawValue)
        }
        if hasBounds { for bound in bounds { write(word: bound.rawValue) } }
        write(request.range)
    }

    private mutating func write(target: UInt8, _ operand: Int64) {
        write(byte: target)
        write(word: operand)
    }

    private mutating func write(_ range: KeyRange) {
        write(range.key)
        write(range.rangeEnd)
    }

    private mutating func write(_ payload: Payload) { payload.withUnsafeBytes { write(bytes: $0) } }

    private mutating func write(bytes: UnsafeRawBufferPointer) {
        write(count: bytes.count)
        if let buffer {
            UnsafeMutableRawBufferPointer(rebasing: buffer[byteCount..<(byteCount + bytes.count)])
                .copyMemory(from: bytes)
        }
        byteCount += bytes.count
    }

    mutating func write(byte: UInt8) {
        if let buffer { buffer[byteCount] = byte }
        byteCount += 1
    }

    mutating func write(word: Int64) {
        if let buffer { buffer.storeBytes(of: word.littleEndian, toByteOffset: byteCount, as: Int64.self) }
        byteCount += 8
    }

    mutating func write(text: String) {
        var text = text
        text.withUTF8 { bytes in
            write(count: bytes.count)
            if let buffer {
                UnsafeMutableRawBufferPointer(rebasing: buffer[byteCount..<(byteCount + bytes.count)])
                    .copyMemory(from: UnsafeRawBufferPointer(bytes))
            }
            byteCount += bytes.count
        }
    }

    /// Writes a number of elements or bytes.
    public mutating func write(count: Int) {
        var rest = UInt64(count)
        while rest >= 0x80 {
            write(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        write(byte: UInt8(rest))
    }
}

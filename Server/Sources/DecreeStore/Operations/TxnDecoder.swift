import PaxosBase

/// Reads a transaction of the log; its keys and values share the buffer of the payload.
struct TxnDecoder {
    var reader: OperationReader
    let payload: Payload

    /// - Parameter nesting: How many transactions this one lies in, itself counted.
    mutating func txn(nesting: Int) throws(StoreError) -> TxnRequest {
        guard nesting <= TxnRequest.maximumNesting else { throw .malformedOperation }
        var request = TxnRequest()
        let compareCount = try reader.count()
        for _ in 0..<compareCount { request.compares.append(try compare()) }
        request.success = try branch(nesting: nesting)
        request.failure = try branch(nesting: nesting)
        return request
    }

    private mutating func branch(nesting: Int) throws(StoreError) -> [RequestOperation] {
        let count = try reader.count()
        var operations: [RequestOperation] = []
        for _ in 0..<count { operations.append(try operation(nesting: nesting)) }
        return operations
    }

    private mutating func operation(nesting: Int) throws(StoreError) -> RequestOperation {
        switch try reader.byte() {
        case OperationKind.put.rawValue: return .put(reader.request(of: try reader.put(), in: payload))
        case OperationKind.deleteRange.rawValue:
            return .deleteRange(reader.request(of: try reader.deleteRange(), in: payload))
        case OperationKind.txn.rawValue: return .txn(try txn(nesting: nesting + 1))
        case OperationKind.range: return .range(try range())
        case OperationKind.unset: return .unset
        default: throw .malformedOperation
        }
    }

    private mutating func compare() throws(StoreError) -> Compare {
        guard let relation = Compare.Relation(rawValue: try reader.byte()) else { throw .malformedOperation }
        let target: Compare.Target
        switch try reader.byte() {
        case CompareTargetCode.version: target = .version(try reader.word())
        case CompareTargetCode.createRevision: target = .createRevision(Revision(try reader.word()))
        case CompareTargetCode.modRevision: target = .modRevision(Revision(try reader.word()))
        case CompareTargetCode.value: target = .value(reader.payloadSlice(of: try reader.string(), in: payload))
        case CompareTargetCode.lease: target = .lease(LeaseID(try reader.word()))
        case CompareTargetCode.unknown: target = .unknown
        default: throw .malformedOperation
        }
        return Compare(reader.keyRange(of: try reader.range(), in: payload), relation, target)
    }

    private mutating func range() throws(StoreError) -> RangeRequest {
        let flags = try reader.byte()
        guard flags < 64 else { throw .malformedOperation }
        let limit = flags & RangeFlags.hasLimit != 0 ? Int(try reader.word()) : 0
        let revision = flags & RangeFlags.hasRevision != 0 ? Revision(try reader.word()) : .zero
        var request = RangeRequest(
            KeyRange(key: Payload()), limit: limit, revision: revision, keysOnly: flags & RangeFlags.keysOnly != 0,
            countOnly: flags & RangeFlags.countOnly != 0)
        if flags & RangeFlags.hasSort != 0 {
            guard let order = RangeRequest.SortOrder(rawValue: try reader.byte()),
                let target = RangeRequest.SortTarget(rawValue: try reader.byte())
            else { throw .malformedOperation }
            request.sortOrder = order
            request.sortTarget = target
        }
        if flags & RangeFlags.hasBounds != 0 {
            request.minModRevision = Revision(try reader.word())
            request.maxModRevision = Revision(try reader.word())
            request.minCreateRevision = Revision(try reader.word())
            request.maxCreateRevision = Revision(try reader.word())
        }
        request.range = reader.keyRange(of: try reader.range(), in: payload)
        return request
    }
}

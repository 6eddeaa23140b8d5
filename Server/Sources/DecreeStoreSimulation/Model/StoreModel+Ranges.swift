import DecreeStore
import PaxosBase

// Ranges: find the revision, collect in key order, filter, sort, cut to the limit, strip values.
extension StoreModel {
    /// - Parameter isPending: The transaction that the range is part of has changed something.
    package func range(
        _ request: RangeRequest, isPending: Bool = false, isInTxn: Bool = false
    ) throws(StoreError) -> Shown {
        if request.range.key.isEmpty { throw .keyNotProvided }
        if request.revision.rawValue > revision { throw .futureRevision }
        // In a transaction a negative revision may be compacted; by itself it stands for the current one.
        let asksForPast = isInTxn ? request.revision.rawValue != 0 : request.revision.rawValue > 0
        if asksForPast && request.revision.rawValue < floor { throw .compacted }
        let limit = request.revision.rawValue > 0 ? request.revision.rawValue : revision + 1
        let all = matches(request.range, at: limit)
        let header = isPending ? revision + 1 : revision
        if request.countOnly { return .range(header, [], false, all.count) }
        var (kept, hasMore) = select(all, request)
        if request.keysOnly { for index in kept.indices { kept[index].value = Payload() } }
        return .range(header, kept, hasMore, all.count)
    }

    private func select(_ all: [KeyValue], _ request: RangeRequest) -> (kept: [KeyValue], hasMore: Bool) {
        var kept = all.filter { passes(request, $0) }
        let found = kept.count
        // Without an order only the first keys are sorted, one more than the limit.
        if request.sortOrder == .none && request.limit > 0 && !isFiltered(request) {
            kept = Array(kept.prefix(request.limit + 1))
        }
        sort(&kept, request)
        let hasMore = request.limit > 0 && found > request.limit
        return (hasMore ? Array(kept.prefix(request.limit)) : kept, hasMore)
    }

    private func isFiltered(_ request: RangeRequest) -> Bool {
        request.minModRevision != .zero || request.maxModRevision != .zero || request.minCreateRevision != .zero
            || request.maxCreateRevision != .zero
    }

    private func passes(_ request: RangeRequest, _ entry: KeyValue) -> Bool {
        func below(_ bound: Revision, _ value: Revision) -> Bool { bound != .zero && value < bound }
        func above(_ bound: Revision, _ value: Revision) -> Bool { bound != .zero && value > bound }
        return !below(request.minModRevision, entry.modRevision) && !above(request.maxModRevision, entry.modRevision)
            && !below(request.minCreateRevision, entry.createRevision)
            && !above(request.maxCreateRevision, entry.createRevision)
    }

    private func sort(_ entries: inout [KeyValue], _ request: RangeRequest) {
        let isDescending = request.sortOrder == .descend
        if request.sortTarget == .key && !isDescending { return }
        func precedes(_ left: KeyValue, _ right: KeyValue) -> Bool {
            switch request.sortTarget {
            case .key: left.key.precedes(right.key)
            case .version: left.version < right.version
            case .create: left.createRevision < right.createRevision
            case .mod: left.modRevision < right.modRevision
            case .value: left.value.precedes(right.value)
            }
        }
        // Equals stay in key order.
        entries = entries.enumerated().sorted { left, right in
            if precedes(left.element, right.element) { return !isDescending }
            if precedes(right.element, left.element) { return isDescending }
            return left.offset < right.offset
        }.map(\.element)
    }
}

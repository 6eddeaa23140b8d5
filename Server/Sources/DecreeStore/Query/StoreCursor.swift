import PaxosBase
import PaxosLog

/// A query that takes more than one step: how far it has come, and which revision it holds.
public final class StoreCursor {
    /// One of these is under way, none once the query is over. They are changed in place: what they have gathered must
    /// not be copied at every step.
    var range: RangeScan?
    var txn: TxnScan?
    var hash: HashWalk?
    let query: StoreQuery
    let revision: Revision
    /// The state that the work points into.
    let epoch: Int
    var isOver: Bool { range == nil && txn == nil && hash == nil }

    /// What it held for its answer after the last step, in bytes, as the store has counted it.
    var countedByteCount = 0
    var heldByteCount: Int {
        range?.heldByteCount ?? txn?.heldByteCount ?? hash?.heldByteCount ?? 0
    }

    /// The oldest revision that is held for it; nil while none is.
    var pinned: Int64?

    init(_ query: StoreQuery, on state: borrowing StoreState) {
        self.query = query
        revision = Revision(state.revision)
        epoch = state.epoch
    }
}

extension Store {
    public func begin(_ query: StoreQuery) -> QueryStep<StoreAnswer, StoreCursor> { state.begin(query) }

    public func advance(_ cursor: StoreCursor) -> QueryStep<StoreAnswer, StoreCursor> { state.advance(cursor) }

    public func abandon(_ cursor: StoreCursor) { state.release(cursor) }
}

extension StoreState {
    mutating func begin(_ query: StoreQuery) -> QueryStep<StoreAnswer, StoreCursor> {
        let header = Revision(revision)
        // No operation is being applied: what is left of the last one must not be taken for a change under way.
        changeCount = 0
        do {
            switch query {
            case .range(let request): return try begin(request, header)
            case .txn(let request):
                let cursor = StoreCursor(query, on: self)
                cursor.txn = try TxnScan(request, on: self)
                return advance(cursor)
            case .status: return .finished(StoreAnswer(revision: header, outcome: .status(status)))
            case .members: return .finished(StoreAnswer(revision: header, outcome: .members(members.members)))
            case .hashKV(let upTo):
                let cursor = StoreCursor(query, on: self)
                cursor.hash = try HashWalk(upTo: upTo, on: self)
                return advance(cursor)
            }
        } catch {
            return .finished(StoreAnswer(revision: header, outcome: .failure(error)))
        }
    }

    /// Answers short ranges without a cursor.
    private mutating func begin(
        _ request: RangeRequest, _ header: Revision
    ) throws(StoreError) -> QueryStep<StoreAnswer, StoreCursor> {
        try request.validate()
        let resolved = try resolve(request.revision)
        if let answer = answerSingleKey(request, resolved, header) { return .finished(answer) }
        let room = AnswerRoom(byteCount: settings.responseByteLimit, isOfQuery: true)
        var scan = RangeScan(request, at: resolved, room: room, on: self)
        scan.start(on: &self)
        var budget = settings.workPerSlice
        if let response = try scan.run(on: &self, &budget) {
            return .finished(StoreAnswer(revision: header, outcome: .range(response)))
        }
        let cursor = StoreCursor(.range(request), on: self)
        cursor.range = scan
        pin(resolved, for: cursor)
        if let refusal = count(cursor) { return .finished(refusal) }
        return .unfinished(cursor)
    }

    /// The most frequent question of all: one key without filters.
    @inline(__always)
    private func answerSingleKey(_ request: RangeRequest, _ resolved: Int64, _ header: Revision) -> StoreAnswer? {
        guard request.range.isSingleKey, !request.hasFilters else { return nil }
        let version = request.range.key.withUnsafeBytes { tree.find($0)?.version(at: resolved) }
        var response = RangeResponse(revision: header)
        if let version, version.isAlive {
            guard version.listedByteCount(withValue: true) <= settings.responseByteLimit else { return nil }
            response.count = 1
            if !request.countOnly { response.keyValues = KeyValueList(version, withValue: !request.keysOnly) }
        }
        return StoreAnswer(revision: header, outcome: .range(response))
    }

    mutating func advance(_ cursor: StoreCursor) -> QueryStep<StoreAnswer, StoreCursor> {
        // A restoration replaced the state: the query is asked anew.
        guard cursor.epoch == epoch else {
            release(cursor)
            return begin(cursor.query)
        }
        changeCount = 0
        var budget = settings.workPerSlice
        let outcome: StoreAnswer.Outcome?
        do {
            outcome = try run(cursor, &budget)
        } catch {
            outcome = .failure(error)
        }
        guard let outcome else {
            if let refusal = count(cursor) { return .finished(refusal) }
            return .unfinished(cursor)
        }
        release(cursor)
        return .finished(StoreAnswer(revision: cursor.revision, outcome: outcome))
    }

    private mutating func run(
        _ cursor: StoreCursor, _ budget: inout Int
    ) throws(StoreError) -> StoreAnswer.Outcome? {
        invariant(!cursor.isOver, "a query that is over is not advanced")
        if let response = try cursor.range?.run(on: &self, &budget) { return .range(response) }
        if let response = try cursor.txn?.run(on: &self, &budget) { return .txn(response) }
        if let response = cursor.hash?.run(on: self, &budget) { return .hashKV(response) }
        if let oldest = cursor.txn?.oldestRevision ?? cursor.hash?.pinnedRevision { pin(oldest, for: cursor) }
        return nil
    }

    /// Counts what a cursor holds after a step.
    /// - Returns: The answer, when all cursors together hold too much: this one is given up then.
    private mutating func count(_ cursor: StoreCursor) -> StoreAnswer? {
        gatheredByteCount += cursor.heldByteCount - cursor.countedByteCount
        cursor.countedByteCount = cursor.heldByteCount
        guard gatheredByteCount > settings.gatheredByteLimit else { return nil }
        release(cursor)
        return StoreAnswer(revision: cursor.revision, outcome: .failure(.overloaded))
    }

    private mutating func pin(_ revision: Int64, for cursor: StoreCursor) {
        guard cursor.pinned != revision else { return }
        if let former = cursor.pinned { pins.remove(former) }
        pins.add(revision)
        cursor.pinned = revision
    }

    /// Frees what a cursor holds.
    mutating func release(_ cursor: StoreCursor) {
        cursor.range = nil
        cursor.txn = nil
        cursor.hash = nil
        if let pinned = cursor.pinned, cursor.epoch == epoch { pins.remove(pinned) }
        cursor.pinned = nil
        if cursor.epoch == epoch { gatheredByteCount -= cursor.countedByteCount }
        cursor.countedByteCount = 0
    }
}

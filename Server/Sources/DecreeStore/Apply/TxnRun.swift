import PaxosBase

extension StoreState {
    /// Runs a transaction: decide all branches on the state before it, check all that will run, then run it.
    ///
    /// - Throws: What validation, a range's revision, a put's lease or an ignored value or lease without a key give, or
    ///   `tooMuchWork`; nothing has changed then. `responseTooLarge` alone comes when all has run.
    /// - Source: etcd `server/etcdserver/txn/txn.go`; what can go wrong there after the first change is checked before
    ///   it here.
    mutating func run(_ request: TxnRequest, isAwaited: Bool) throws(StoreError) -> TxnResponse {
        var work = try request.validated(maximumOperations: .max)
        defer { workOfTurn &+= work.taken }
        let path = try TxnPath(deciding: request, on: self, &work)
        var run = TxnRun(path: path, isAwaited: isAwaited)
        var response = run.execute(request, on: &self)
        if let failure = run.failure { throw failure }
        response.revision = headerRevision
        return response
    }
}

/// Which branches of a tree of transactions run, in the order in which execution meets them.
struct TxnPath {
    private(set) var decisions: [Bool] = []

    /// Decides and checks a whole tree on the state before it.
    init(
        deciding request: TxnRequest, on state: borrowing StoreState, _ work: inout CommandWork
    ) throws(StoreError) {
        try decide(request, on: state, &work)
        // All puts before all ranges, as etcd does: a missing key is told rather than a compacted revision before it.
        var check = TxnCheck(request, decisions: decisions, work, keyCount: state.tree.liveCount)
        try check.checkWrites(request, on: state)
        try check.checkRanges(on: state)
        work = check.work
    }

    private mutating func decide(
        _ request: TxnRequest, on state: borrowing StoreState, _ work: inout CommandWork
    ) throws(StoreError) {
        var holds = true
        for compare in request.compares where try !CompareScan.holds(compare, on: state, &work) {
            holds = false
            break
        }
        decisions.append(holds)
        for case .txn(let nested) in holds ? request.success : request.failure {
            try decide(nested, on: state, &work)
        }
    }
}

extension TxnRequest {
    /// Whether any put keeps what its key has.
    fileprivate var ignoresAnything: Bool { Self.ignoresAnything(success) || Self.ignoresAnything(failure) }

    private static func ignoresAnything(_ operations: [RequestOperation]) -> Bool {
        for operation in operations {
            switch operation {
            case .put(let request): if request.ignoreValue || request.ignoreLease { return true }
            case .txn(let nested): if nested.ignoresAnything { return true }
            case .range, .deleteRange, .unset: break
            }
        }
        return false
    }
}

/// Checks the operations that will run, and counts what they will do, so that nothing fails once something has changed.
private struct TxnCheck {
    let decisions: [Bool]
    private var next = 0
    /// The puts and deletions before the operation being checked, if a put asks for them.
    private var writes: EarlierWrites?
    /// The ranges that will run.
    private var ranges: [RangeRequest] = []
    private(set) var work: CommandWork
    /// How many keys exist that no deletion was counted for: no key is deleted twice.
    private var undeleted: Int

    init(_ request: TxnRequest, decisions: [Bool], _ work: CommandWork, keyCount: Int) {
        self.decisions = decisions
        self.work = work
        undeleted = keyCount
        writes = request.ignoresAnything ? EarlierWrites() : nil
    }

    mutating func checkWrites(_ request: TxnRequest, on state: borrowing StoreState) throws(StoreError) {
        let succeeded = decisions[next]
        next += 1
        for operation in succeeded ? request.success : request.failure {
            switch operation {
            case .range(let range): ranges.append(range)
            case .put(let put):
                try check(put, on: state)
                try work.take(state.workOfFormerValue(put))
                writes?.put(put.key)
            case .deleteRange(let deletion):
                try work.take(deletion.withSpan { state.work(of: $0, undeleted: &undeleted) })
                writes?.delete(deletion.range)
            case .txn(let nested): try checkWrites(nested, on: state)
            case .unset: throw .keyNotFound
            }
        }
    }

    mutating func checkRanges(on state: borrowing StoreState) throws(StoreError) {
        for range in ranges {
            _ = try state.resolveWithinTxn(range.revision)
            try work.take(state.work(of: range))
        }
    }

    /// Here the missing key is told before the lease; of a put by itself it is the other way round.
    private func check(_ put: PutRequest, on state: borrowing StoreState) throws(StoreError) {
        if (put.ignoreValue || put.ignoreLease) && !exists(put.key, on: state) { throw .keyNotFound }
        if put.lease != .none && !state.isLeaseGranted(put.lease) { throw .leaseNotFound }
    }

    /// Whether `key` will exist when the operation being checked runs.
    private func exists(_ key: Payload, on state: borrowing StoreState) -> Bool {
        if let isPut = writes?.isPut(key) { return isPut }
        return key.withUnsafeBytes { state.tree.find($0) }.map { $0.latest.isAlive } ?? false
    }
}

/// What a transaction has done to keys before some operation of it.
private struct EarlierWrites {
    /// The last write to a single key: which one it was, and whether it was a put.
    private var singles: [Payload: (number: Int, isPut: Bool)] = [:]
    private var deletions = IntervalMap()
    private var count = 0

    init() {}

    mutating func put(_ key: Payload) {
        count += 1
        singles[key] = (count, true)
    }

    mutating func delete(_ range: KeyRange) {
        count += 1
        if range.isSingleKey {
            singles[range.key] = (count, false)
        } else {
            let end = range.rangeEnd.bytes
            deletions.insert(from: range.key.bytes, to: end == [0] ? nil : end, number: count)
        }
    }

    /// Whether the last write to `key` put it; nil when there was none.
    func isPut(_ key: Payload) -> Bool? {
        let single = singles[key]
        guard !deletions.isEmpty, let deletion = deletions.lastNumber(covering: key.bytes) else { return single?.isPut }
        return single.map { $0.number > deletion && $0.isPut } ?? false
    }
}

/// Runs the chosen branches; nothing in them can fail any more, save that the answer may become too large.
private struct TxnRun {
    let path: TxnPath
    /// Whether somebody reads the answer; if not, ranges are left out and the response stays empty.
    let isAwaited: Bool
    private var next = 0
    private(set) var failure: StoreError?

    init(path: TxnPath, isAwaited: Bool) {
        self.path = path
        self.isAwaited = isAwaited
    }

    mutating func execute(_ request: TxnRequest, on state: inout StoreState) -> TxnResponse {
        let succeeded = path.decisions[next]
        next += 1
        let operations = succeeded ? request.success : request.failure
        var response = TxnResponse(revision: .zero, succeeded: succeeded, responses: [])
        if isAwaited { response.responses.reserveCapacity(operations.count) }
        for operation in operations {
            do {
                let part = try execute(operation, on: &state)
                if let part, isAwaited { response.responses.append(part) }
            } catch {
                failure = error
            }
        }
        response.revision = state.headerRevision
        return response
    }

    private mutating func execute(
        _ operation: RequestOperation, on state: inout StoreState
    ) throws(StoreError) -> ResponseOperation? {
        switch operation {
        case .range(let request):
            return isAwaited && failure == nil ? .range(try state.rangeWithinTxn(request)) : nil
        case .put(let request):
            return .put(
                try request.withSpans { (request) throws(StoreError) in
                    try state.put(request, isAwaited: isAwaited && failure == nil)
                })
        case .deleteRange(let request):
            return .deleteRange(
                try request.withSpan { (request) throws(StoreError) in
                    try state.deleteRange(request, isAwaited: isAwaited && failure == nil)
                })
        case .txn(let nested): return .txn(execute(nested, on: &state))
        case .unset: return nil
        }
    }
}

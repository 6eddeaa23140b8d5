import PaxosBase

/// Answers one range request, in steps, at one revision.
///
/// Keys are collected in key order as pointers to their versions, sorted if that was asked for, and only then copied
/// into one buffer of exactly the right size. The revision must be pinned between steps: versions that it shows are not
/// freed then, and changes made meanwhile are passed over.
struct RangeScan {
    private enum Phase {
        case counting(HistoricCount)
        case collecting
        case sorting
        case measuring(next: Int)
        case copying(KeyValueStorage, next: Int)
        case finished
    }

    let request: RangeRequest
    /// The revision that is read.
    let revision: Int64
    /// Reads what is newest whatever its revision: within a transaction.
    private let readsNewest: Bool
    private let room: AnswerRoom
    private let isSorted: Bool
    private let isFiltered: Bool
    /// Without an order a limited range takes the first keys, one more than the limit, and sorts those alone.
    private let sortsFirstKeys: Bool
    /// How many to collect at most.
    private let needed: Int
    private var response: RangeResponse
    private var phase: Phase
    private var collected: [CollectedVersion] = []
    /// Apart from the phase, so that it is changed in place and its arrays are not copied.
    private var sort: MergeSort?
    /// Chooses among what is found, when it is sorted and few are shown.
    private var firsts: FirstVersions?
    /// How many versions have passed the filters.
    private var passedCount = 0
    private var isCountKnown = false
    private var byteCount = 0
    private var resumeKey: [UInt8] = []
    /// What was looked at ahead of its use; means nothing.
    private var fetched: UInt64 = 0

    /// What is held for the answer at the moment, in bytes.
    var heldByteCount: Int {
        var storageByteCount = 0
        if case .copying(let storage, _) = phase { storageByteCount = storage.capacity }
        return collected.capacity * MemoryLayout<CollectedVersion>.stride + (sort?.heldByteCount ?? 0)
            + storageByteCount
    }

    /// What the range takes besides its entries while it is gathered: twice as much when it is sorted.
    private var gatheringByteCount: Int {
        collected.count &* MemoryLayout<CollectedVersion>.stride &* (isSorted ? 2 : 1)
    }

    /// - Parameters:
    ///   - revision: The revision to read, as resolved.
    ///   - readsNewest: Whether to read what is newest instead, the changes of an unfinished transaction included.
    ///   - room: What the answer may take.
    init(
        _ request: RangeRequest, at revision: Int64, readsNewest: Bool = false, room: AnswerRoom,
        on state: borrowing StoreState
    ) {
        self.request = request
        self.revision = revision
        self.readsNewest = readsNewest
        self.room = room
        isSorted = request.sortTarget != .key
        isFiltered = request.hasFilters
        sortsFirstKeys =
            isSorted && request.sortOrder == .none && request.limit > 0 && request.limit < Int.max && !isFiltered
        needed = sortsFirstKeys ? request.limit + 1 : isSorted || request.limit <= 0 ? Int.max : request.limit
        response = RangeResponse(revision: state.headerRevision)
        phase = .collecting
        let limits = 1...FirstVersions.largestLimit
        if isSorted && !sortsFirstKeys && request.sortTarget != .value && limits.contains(request.limit) {
            firsts = FirstVersions(limit: request.limit)
        }
    }

    private var isLimited: Bool { request.limit > 0 }

    private var isBackwards: Bool { request.sortTarget == .key && request.sortOrder == .descend }

    /// Whether every key of the range is looked at anyway, so that counting them costs nothing.
    private var visitsAll: Bool { (!isLimited || (isSorted && !sortsFirstKeys)) && !request.countOnly }

    /// Whether the newest version of each key is the one to read.
    private func isLatest(on state: borrowing StoreState) -> Bool {
        readsNewest || (state.changeCount == 0 && state.revision == revision)
    }

    /// Begins: finds the count where that is cheap, and what must be done for it where it is not.
    mutating func start(on state: inout StoreState) {
        swap(&collected, &state.scratch)
        collected.removeAll(keepingCapacity: true)
        let range = request.range
        range.withSpan { span in
            if isLatest(on: state) {
                response.count = state.tree.countLive(in: span)
                isCountKnown = true
            } else if let count = state.counts.count(in: span, at: revision) {
                response.count = count
                isCountKnown = true
            } else if !visitsAll {
                phase = .counting(HistoricCount(span, at: revision, on: state))
                return
            }
            if request.countOnly { phase = .finished }
        }
    }

    /// Goes on until the budget has run out or the response is complete.
    /// - Returns: The response when it is complete.
    /// - Throws: `responseTooLarge` or `overloaded`.
    mutating func run(on state: inout StoreState, _ budget: inout Int) throws(StoreError) -> RangeResponse? {
        while true {
            switch phase {
            case .counting(var count):
                let range = request.range
                let isDone = range.withSpan { count.run($0, on: state, &budget) }
                phase = .counting(count)
                guard isDone else { return nil }
                response.count = count.count
                isCountKnown = true
                phase = request.countOnly ? .finished : .collecting
            case .collecting:
                guard try collect(on: state, &budget) else { return nil }
                finishCollecting(on: &state)
            case .sorting:
                guard sort?.run(&budget) ?? true else { return nil }
                collected = sort?.items ?? []
                sort = nil
                truncate()
                phase = .measuring(next: 0)
            case .measuring(let next):
                guard try measure(from: next, &budget) else { return nil }
                try beginCopying(on: state)
            case .copying(let storage, let next): guard copy(into: storage, from: next, &budget) else { return nil }
            case .finished:
                giveBackScratch(to: &state)
                return response
            }
        }
    }

    /// - Returns: Whether all keys that matter have been collected.
    private mutating func collect(
        on state: borrowing StoreState, _ budget: inout Int
    ) throws(StoreError) -> Bool {
        let range = request.range
        return try range.withSpan { (span) throws(StoreError) -> Bool in
            var walk = KeyWalk(span, in: state.tree)
            if !resumeKey.isEmpty { resume(&walk, on: state) }
            let takesLatest = isLatest(on: state)
            return try collect(&walk, takesLatest: takesLatest, &budget)
        }
    }

    private func resume(_ walk: inout KeyWalk, on state: borrowing StoreState) {
        resumeKey.withUnsafeBytes { key in
            if isBackwards {
                walk.skipBack(through: key, in: state.tree)
            } else {
                walk.skip(through: key, in: state.tree)
            }
        }
    }

    private mutating func collect(
        _ walk: inout KeyWalk, takesLatest: Bool, _ budget: inout Int
    ) throws(StoreError) -> Bool {
        if takesLatest && !isBackwards { return try collectLatest(&walk, &budget) }
        let isBackwards = isBackwards
        while let key = takesLatest ? walk.previousLive() : isBackwards ? walk.previous() : walk.next() {
            budget &-= 2
            if let version = takesLatest ? key.latest : key.version(at: revision), version.isAlive {
                if try !collect(version, &budget) { return true }
            }
            if budget <= 0 {
                resumeKey = Array(key.key)
                return false
            }
        }
        return true
    }

    /// Collects the newest versions of keys that exist, the most frequent case.
    ///
    /// Keys and versions lie all over memory: they are looked at in batches, each level for all of a batch, so that
    /// the memory system fetches many at once.
    private mutating func collectLatest(_ walk: inout KeyWalk, _ budget: inout Int) throws(StoreError) -> Bool {
        return try withUnsafeTemporaryAllocation(of: KeyNode.self, capacity: 64) { (keys) throws(StoreError) -> Bool in
            var rest = isFiltered || needed == Int.max ? Int.max : needed - collected.count
            while true {
                // One more than is needed tells whether there are more.
                let wanted = min(keys.count, rest == Int.max ? rest : rest + 1)
                let count = walk.nextLive(into: UnsafeMutableBufferPointer(rebasing: keys[..<wanted]))
                var seen: UInt64 = 0
                for index in 0..<count { seen ^= keys[index].touchHead() }
                for index in 0..<count { seen ^= keys[index].latest.touchHead() }
                fetched ^= seen
                for index in 0..<count where try !collect(keys[index].latest, &budget) { return true }
                if count < wanted { return true }
                budget &-= count
                if rest != Int.max { rest -= count }
                if budget <= 0 {
                    resumeKey = Array(keys[count - 1].key)
                    return false
                }
            }
        }
    }

    /// Takes one version that exists.
    /// - Returns: False when there are more than may be shown.
    @inline(__always)
    private mutating func collect(_ version: Version, _ budget: inout Int) throws(StoreError) -> Bool {
        if !isCountKnown { response.count += 1 }
        if isFiltered && !passesFilters(version) { return true }
        if collected.count == needed {
            response.more = true
            return false
        }
        if isSorted { return try collectToSort(CollectedVersion(rank: rank(version), version: version), &budget) }
        collected.append(CollectedVersion(rank: 0, version: version))
        byteCount &+= version.listedByteCount(withValue: !request.keysOnly)
        if gatheringByteCount &+ byteCount > room.left { throw .responseTooLarge }
        return true
    }

    @inline(__always)
    private mutating func collectToSort(
        _ entry: CollectedVersion, _ budget: inout Int
    ) throws(StoreError) -> Bool {
        passedCount &+= 1
        if firsts != nil {
            firsts?.add(entry, to: &collected, &budget)
        } else {
            collected.append(entry)
        }
        // What the entries take is not known before the limit has left out some.
        if gatheringByteCount > room.left { throw .responseTooLarge }
        return true
    }

    private func passesFilters(_ version: Version) -> Bool {
        let mod = version.modRevision
        let create = version.createRevision
        if request.maxModRevision != .zero && mod > request.maxModRevision.rawValue { return false }
        if request.minModRevision != .zero && mod < request.minModRevision.rawValue { return false }
        if request.maxCreateRevision != .zero && create > request.maxCreateRevision.rawValue { return false }
        if request.minCreateRevision != .zero && create < request.minCreateRevision.rawValue { return false }
        return true
    }

    /// The number that orders as the sort target does, ascending in either direction.
    private func rank(_ version: Version) -> UInt64 {
        let rank: UInt64
        switch request.sortTarget {
        case .key: return 0
        case .version: rank = UInt64(version.number)
        case .create: rank = UInt64(version.createRevision)
        case .mod: rank = UInt64(version.modRevision)
        case .value: rank = Bytes.sample(version.value, from: 0)
        }
        return request.sortOrder == .descend ? ~rank : rank
    }

    private var tieBreak: MergeSort.TieBreak {
        if request.sortTarget != .value { return .none }
        return request.sortOrder == .descend ? .valuesDescending : .values
    }

    private mutating func finishCollecting(on state: inout StoreState) {
        if isSorted {
            sort = MergeSort(collected, tieBreak: tieBreak)
            collected = []
            phase = .sorting
            return
        }
        if response.more && !isBackwards && !isFiltered { rememberCount(on: &state) }
        phase = .measuring(next: collected.count)
    }

    /// Keeps the count that the next page will ask for.
    private func rememberCount(on state: inout StoreState) {
        guard state.changeCount == 0, let last = collected.last, !request.range.isSingleKey else { return }
        request.range.rangeEnd.withUnsafeBytes { end in
            state.counts.remember(
                behind: last.version.key.key, rangeEnd: end, at: revision, count: response.count - collected.count)
        }
    }

    private mutating func truncate() {
        byteCount = 0
        guard isLimited else { return }
        response.more = passedCount > request.limit
        if collected.count > request.limit { collected.removeLast(collected.count - request.limit) }
    }

    /// Sums up what the entries from `next` on take.
    private mutating func measure(from next: Int, _ budget: inout Int) throws(StoreError) -> Bool {
        var index = next
        while index < collected.count {
            if budget <= 0 {
                phase = .measuring(next: index)
                return false
            }
            budget -= 1
            byteCount += collected[index].version.listedByteCount(withValue: !request.keysOnly)
            index += 1
            if byteCount &+ gatheringByteCount > room.left { throw .responseTooLarge }
        }
        return true
    }

    /// Makes room for the entries.
    private mutating func beginCopying(on state: borrowing StoreState) throws(StoreError) {
        guard !collected.isEmpty else { return phase = .finished }
        if room.isOfQuery, state.gatheredByteCount &+ byteCount > state.settings.gatheredByteLimit {
            throw .overloaded
        }
        phase = .copying(KeyValueStorage(capacity: byteCount), next: 0)
    }

    private mutating func copy(into storage: KeyValueStorage, from next: Int, _ budget: inout Int) -> Bool {
        var index = next
        let withValues = !request.keysOnly
        while index < collected.count {
            if budget <= 0 {
                phase = .copying(storage, next: index)
                return false
            }
            if withValues && (index - next) & 7 == 0 { fetchValues(from: index) }
            let view = collected[index].version.view(withValue: withValues)
            storage.append(view)
            budget &-= 1 &+ (view.key.count &+ view.value.count) >> 8
            index += 1
        }
        response.keyValues = KeyValueList(storage: storage)
        phase = .finished
        return true
    }

    /// Looks at the next eight values, so that they are fetched together.
    private mutating func fetchValues(from index: Int) {
        var seen: UInt64 = 0
        for position in index..<min(index + 8, collected.count) {
            let version = collected[position].version
            let end = min(version.valueLength, 512)
            var offset = 0
            while offset < end {
                seen ^= UInt64(version.valueStart.load(fromByteOffset: offset, as: UInt8.self))
                offset &+= 64
            }
        }
        fetched ^= seen
    }

    /// Leaves the memory of `collected` to the next query, unless it has become large.
    func giveBackScratch(to state: inout StoreState) {
        if collected.capacity <= 4_096 { state.scratch = collected }
    }
}

extension RangeRequest {
    /// Whether any bound is set.
    var hasFilters: Bool {
        minModRevision != .zero || maxModRevision != .zero || minCreateRevision != .zero || maxCreateRevision != .zero
    }
}

extension StoreState {
    /// Answers a range within a transaction that is being applied; its revision has been checked.
    /// - Throws: `responseTooLarge`, also when showing it takes longer than was counted for it: long values may have to be
    ///   compared, or many keys be passed over that do not exist any more.
    mutating func rangeWithinTxn(_ request: RangeRequest) throws(StoreError) -> RangeResponse {
        var scan = RangeScan(
            request, at: request.revision > .zero ? request.revision.rawValue : revision,
            readsNewest: request.revision <= .zero, room: outputRoom, on: self)
        scan.start(on: &self)
        var work = outputWork
        defer { outputWork = work }
        guard let response = try scan.run(on: &self, &work) else { throw .responseTooLarge }
        try outputRoom.take(response.keyValues.heldByteCount)
        return response
    }
}

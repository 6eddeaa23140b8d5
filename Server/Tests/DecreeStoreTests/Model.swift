import DecreeStore
import PaxosBase

/// The semantics of the store once more, as plainly as they can be written: every version of every key in one list, and
/// every question answered by going through the keys in order. Shares nothing with the store but the types of requests.
struct Model {
    struct Event {
        var revision: Int64
        var sub: Int
        var key: [UInt8]
        /// Nil for a deletion.
        var value: [UInt8]?
        var create: Int64 = 0
        var version: Int64 = 0
    }

    private var events: [Event] = []
    /// All keys that ever were, in order, and where the events of each stand in ``events``.
    private var keys: [[UInt8]] = []
    private var positions: [[UInt8]: [Int]] = [:]
    var revision: Int64 = 1
    /// The first that a range of the transaction under way came to.
    private var rangeFailure: StoreError?
    var floor: Int64 = -1
    /// Changes that the operation being applied has made.
    private var pendingSub = 0

    // MARK: - State at a revision

    /// What each key holds at `limit`, in key order.
    func state(at limit: Int64) -> [(key: [UInt8], event: Event)] { keys.compactMap { entry($0, at: limit) } }

    private func entry(_ key: [UInt8], at limit: Int64) -> (key: [UInt8], event: Event)? {
        guard let position = positions[key]?.last(where: { events[$0].revision <= limit }) else { return nil }
        return events[position].value == nil ? nil : (key, events[position])
    }

    func selects(_ range: KeyRange, _ key: [UInt8]) -> Bool {
        let start = range.key.bytes
        let end = range.rangeEnd.bytes
        if end.isEmpty { return key == start }
        if key.lexicographicallyPrecedes(start) { return false }
        return end == [0] || key.lexicographicallyPrecedes(end)
    }

    private func matches(_ range: KeyRange, at limit: Int64) -> [(key: [UInt8], event: Event)] {
        if range.isSingleKey { return entry(range.key.bytes, at: limit).map { [$0] } ?? [] }
        return keys.filter { selects(range, $0) }.compactMap { entry($0, at: limit) }
    }

    private func shown(_ entry: (key: [UInt8], event: Event)) -> KeyValue {
        KeyValue(
            key: Payload(entry.key), value: Payload(entry.event.value ?? []),
            createRevision: Revision(entry.event.create), modRevision: Revision(entry.event.revision),
            version: entry.event.version)
    }

    // MARK: - Range

    func range(
        _ request: RangeRequest, pending: Bool = false, isInTxn: Bool = false
    ) throws(StoreError) -> Shown {
        if request.range.key.isEmpty { throw .keyNotProvided }
        if request.revision.rawValue > revision { throw .futureRevision }
        // In a transaction a negative revision may be compacted; by itself it stands for the current one.
        let asksForPast = isInTxn ? request.revision.rawValue != 0 : request.revision.rawValue > 0
        if asksForPast && request.revision.rawValue < floor { throw .compacted }
        let limit = request.revision.rawValue > 0 ? request.revision.rawValue : revision + 1
        let all = matches(request.range, at: limit)
        let header = pending ? revision + 1 : revision
        if request.countOnly { return .range(header, [], false, all.count) }
        var kept = all.map(shown).filter { passes(request, $0) }
        let isFiltered =
            request.minModRevision != .zero || request.maxModRevision != .zero || request.minCreateRevision != .zero
            || request.maxCreateRevision != .zero
        // Without an order only the first keys are sorted, one more than the limit.
        let found = kept.count
        if request.sortOrder == .none && request.limit > 0 && !isFiltered {
            kept = Array(kept.prefix(request.limit + 1))
        }
        sort(&kept, request)
        let more = request.limit > 0 && found > request.limit
        if more { kept = Array(kept.prefix(request.limit)) }
        if request.keysOnly { for index in kept.indices { kept[index].value = Payload() } }
        return .range(header, kept, more, all.count)
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
        func precedes(_ left: KeyValue, _ right: KeyValue) -> Bool {
            switch request.sortTarget {
            case .key: left.key.bytes.lexicographicallyPrecedes(right.key.bytes)
            case .version: left.version < right.version
            case .create: left.createRevision < right.createRevision
            case .mod: left.modRevision < right.modRevision
            case .value: left.value.bytes.lexicographicallyPrecedes(right.value.bytes)
            }
        }
        // Equals stay in key order.
        entries = entries.enumerated().sorted { left, right in
            if precedes(left.element, right.element) { return !isDescending }
            if precedes(right.element, left.element) { return isDescending }
            return left.offset < right.offset
        }.map(\.element)
    }

    // MARK: - Changes

    mutating func apply(_ operation: StoreOperation) -> Shown {
        pendingSub = 0
        // Nothing else can fail once it has changed something.
        let before: Model? = if case .txn = operation { self } else { nil }
        do throws(StoreError) {
            let shown: Shown
            switch operation {
            case .put(let request): shown = try put(request)
            case .deleteRange(let request): shown = try delete(request)
            case .txn(let request):
                try request.checkPlainly()
                var decisions = decide(request)[...]
                rangeFailure = nil
                shown = try run(request, &decisions)
                if let rangeFailure { throw rangeFailure }
            case .compact(let request):
                if request.revision.rawValue <= floor { throw StoreError.compacted }
                if request.revision.rawValue > revision { throw StoreError.futureRevision }
                floor = request.revision.rawValue
                return .compacted(revision)
            case .publishMember: return .published(revision)
            }
            if pendingSub > 0 { revision += 1 }
            return shown
        } catch {
            if let before { self = before }
            return .failure(error, revision)
        }
    }

    private var header: Int64 { pendingSub > 0 ? revision + 1 : revision }

    private mutating func append(_ event: Event) {
        if positions[event.key] == nil {
            keys.insert(event.key, at: keys.partitionPoint { event.key.lexicographicallyPrecedes($0) })
        }
        positions[event.key, default: []].append(events.count)
        events.append(event)
        pendingSub += 1
    }

    /// Of two flaws a put by itself tells the lease, one in a transaction the key.
    private mutating func put(_ request: PutRequest, isInTxn: Bool = false) throws(StoreError) -> Shown {
        try request.checkPlainly()
        if request.lease != .none && !isInTxn { throw .leaseNotFound }
        let former = matches(KeyRange(key: request.key), at: .max).first
        if former == nil && (request.ignoreValue || request.ignoreLease) { throw .keyNotFound }
        if request.lease != .none { throw .leaseNotFound }
        append(
            Event(
                revision: revision + 1, sub: pendingSub, key: request.key.bytes,
                value: request.ignoreValue ? former?.event.value : request.value.bytes,
                create: former?.event.create ?? revision + 1, version: (former?.event.version ?? 0) + 1))
        return .put(header, request.previousKeyValue ? former.map { [shown($0)] } ?? [] : [])
    }

    private mutating func delete(_ request: DeleteRangeRequest) throws(StoreError) -> Shown {
        if request.range.key.isEmpty { throw .keyNotProvided }
        let former = matches(request.range, at: .max)
        for entry in former {
            append(Event(revision: revision + 1, sub: pendingSub, key: entry.key, value: nil))
        }
        return .deleteRange(header, former.count, request.previousKeyValues ? former.map(shown) : [])
    }

    // MARK: - Transactions

    /// The decisions of all transactions that run, in the order of execution.
    func decide(_ request: TxnRequest) -> [Bool] {
        let holds = request.compares.allSatisfy(holds)
        var decisions = [holds]
        for operation in holds ? request.success : request.failure {
            if case .txn(let nested) = operation { decisions += decide(nested) }
        }
        return decisions
    }

    private func holds(_ compare: Compare) -> Bool {
        let found = matches(compare.range, at: .max)
        if found.isEmpty {
            if case .value = compare.target { return false }
            let missing = KeyValue(key: Payload(), value: Payload(), createRevision: 0, modRevision: 0, version: 0)
            return holds(compare, missing)
        }
        return found.allSatisfy { holds(compare, shown($0)) }
    }

    private func holds(_ compare: Compare, _ entry: KeyValue) -> Bool {
        func sign(_ left: Int64, _ right: Int64) -> Int { left < right ? -1 : left > right ? 1 : 0 }
        let order: Int
        switch compare.target {
        case .version(let operand): order = sign(entry.version, operand)
        case .createRevision(let operand): order = sign(entry.createRevision.rawValue, operand.rawValue)
        case .modRevision(let operand): order = sign(entry.modRevision.rawValue, operand.rawValue)
        case .lease(let operand): order = sign(entry.lease.rawValue, operand.rawValue)
        case .value(let operand):
            let left = entry.value.bytes
            let right = operand.bytes
            order = left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
        case .unknown: order = 0
        }
        switch compare.relation {
        case .equal: return order == 0
        case .notEqual: return order != 0
        case .greater: return order > 0
        case .less: return order < 0
        case .unknown: return true
        }
    }

    private mutating func run(_ request: TxnRequest, _ decisions: inout ArraySlice<Bool>) throws(StoreError) -> Shown {
        let succeeded = decisions.removeFirst()
        var parts: [Shown] = []
        for operation in succeeded ? request.success : request.failure {
            switch operation {
            case .range(let request): parts.append(rangeInTxn(request))
            case .put(let request): parts.append(try put(request, isInTxn: true))
            case .deleteRange(let request): parts.append(try delete(request))
            case .txn(let nested): parts.append(try run(nested, &decisions))
            case .unset: throw .keyNotFound
            }
        }
        return .txn(header, succeeded, parts)
    }

    /// What is wrong with a range is told only when nothing is wrong with any put.
    private mutating func rangeInTxn(_ request: RangeRequest) -> Shown {
        do throws(StoreError) {
            return try range(request, pending: pendingSub > 0, isInTxn: true)
        } catch {
            rangeFailure = rangeFailure ?? error
            return .failure(error, revision)
        }
    }

    /// A transaction as a question: nothing in it writes.
    func ask(_ request: TxnRequest) -> Shown {
        var copy = self
        return copy.apply(.txn(request))
    }

    // MARK: - Hash

    /// etcd's hash of the history up to `limit`.
    func hash(at limit: Int64) -> UInt32 {
        func newest(at limit: Int64) -> [[UInt8]: Event] {
            Dictionary(uniqueKeysWithValues: state(at: limit).map { ($0.key, $0.event) })
        }
        let keep = newest(at: limit)
        let atFloor = newest(at: floor)
        var crc = PlainCRC()
        crc.update(Array("key".utf8))
        for event in events where event.revision <= limit {
            func isKept(_ kept: [[UInt8]: Event]) -> Bool {
                kept[event.key].map { $0.revision == event.revision && $0.sub == event.sub } ?? false
            }
            if event.revision <= floor {
                guard isKept(atFloor) else { continue }
                if !keep.isEmpty && !isKept(keep) { continue }
            }
            crc.update(record(event))
        }
        return crc.value
    }

    private func record(_ event: Event) -> [UInt8] {
        func bigEndian(_ number: Int64) -> [UInt8] {
            (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        }
        func variable(_ number: Int) -> [UInt8] {
            number < 128 ? [UInt8(number)] : [UInt8(number % 128 + 128)] + variable(number / 128)
        }
        var bytes = bigEndian(event.revision) + Array("_".utf8) + bigEndian(Int64(event.sub))
        if event.value == nil { bytes += Array("t".utf8) }
        bytes += [0x0A] + variable(event.key.count) + event.key
        guard let value = event.value else { return bytes }
        bytes += [0x10] + variable(Int(event.create)) + [0x18] + variable(Int(event.revision))
        bytes += [0x20] + variable(Int(event.version))
        if !value.isEmpty { bytes += [0x2A] + variable(value.count) + value }
        return bytes
    }
}

extension Array {
    /// The first position that `predicate` holds for; it holds for all behind it too.
    func partitionPoint(where predicate: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// CRC-32C bit by bit.
struct PlainCRC {
    private var state: UInt32 = ~0
    var value: UInt32 { ~state }

    mutating func update(_ bytes: [UInt8]) {
        for byte in bytes {
            state ^= UInt32(byte)
            for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0x82F6_3B78 : state >> 1 }
        }
    }
}

extension PutRequest {
    func checkPlainly() throws(StoreError) {
        if key.isEmpty { throw .keyNotProvided }
        if ignoreValue && !value.isEmpty { throw .valueProvided }
        if ignoreLease && lease != .none { throw .leaseProvided }
    }
}

extension TxnRequest {
    /// The static checks, written plainly.
    func checkPlainly() throws(StoreError) {
        try checkOperations()
        _ = try Self.writes(of: success)
        _ = try Self.writes(of: failure)
    }

    private func checkOperations() throws(StoreError) {
        for compare in compares where compare.range.key.isEmpty { throw .keyNotProvided }
        for operation in success + failure {
            switch operation {
            case .range(let request): if request.range.key.isEmpty { throw .keyNotProvided }
            case .put(let request): try request.checkPlainly()
            case .deleteRange(let request): if request.range.key.isEmpty { throw .keyNotProvided }
            case .txn(let nested): try nested.checkOperations()
            case .unset: throw .keyNotFound
            }
        }
    }

    private static func writes(
        of operations: [RequestOperation]
    ) throws(StoreError) -> (puts: [[UInt8]], deletions: [KeyRange]) {
        var puts: [[UInt8]] = []
        var deletions: [KeyRange] = []
        for case .deleteRange(let request) in operations { deletions.append(request.range) }
        func add(_ key: [UInt8]) throws(StoreError) {
            if puts.contains(key) || deletions.contains(where: { covers($0, key) }) { throw .duplicateKey }
        }
        for case .txn(let nested) in operations {
            let then = try writes(of: nested.success)
            let otherwise = try writes(of: nested.failure)
            for key in then.puts + otherwise.puts { try add(key) }
            puts += then.puts + otherwise.puts
            deletions += then.deletions + otherwise.deletions
        }
        for case .put(let request) in operations {
            try add(request.key.bytes)
            puts.append(request.key.bytes)
        }
        return (puts, deletions)
    }

    /// Whether etcd's check sees `key` in a deletion: it does not see open-ended ones.
    private static func covers(_ range: KeyRange, _ key: [UInt8]) -> Bool {
        let end = range.rangeEnd.bytes
        if end.isEmpty { return key == range.key.bytes }
        return !key.lexicographicallyPrecedes(range.key.bytes) && key.lexicographicallyPrecedes(end)
    }
}

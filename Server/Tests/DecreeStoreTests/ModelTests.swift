import DecreeStore
import DecreeStoreSimulation
import PaxosBase
import PaxosLog
import Testing

/// A question that the store has not answered yet, and what it must answer.
struct OpenQuery {
    var cursor: StoreCursor
    var query: StoreQuery
    var expected: Shown
}

@Suite("The store against a plain model", .timeLimit(.minutes(5)))
struct ModelTests {
    /// Runs random operations, questions, compactions, cleaning, snapshots and restorations side by side.
    /// - Returns: What differed first.
    static func firstDifference(
        seed: UInt64, operations: Int, workPerSlice: Int, keySpace: KeySpace = .mixed,
        spoil: (inout StoreOperation, Int) -> Void = { _, _ in }
    ) throws -> String? {
        var generator = RequestGenerator(seed: seed, keySpace: keySpace)
        var store = Store(settings: Store.Settings(workPerSlice: workPerSlice))
        var model = StoreModel()
        var open: [OpenQuery] = []
        for index in 0..<operations {
            let operation = generator.operation(floor: model.floor, current: model.revision)
            var applied = operation
            spoil(&applied, index)
            let isAwaited = !generator.choices.chance(1, in: 10)
            let output = store.apply(applied, isAwaited: isAwaited).map(Shown.init)
            let expected = model.apply(operation)
            if isAwaited && output != expected { return "\(index): \(operation): \(output as Any), not \(expected)" }
            if generator.choices.chance(1, in: 3) {
                if let difference = ask(store, model, &generator, &open) { return "\(index): \(difference)" }
            }
            if let difference = advance(store, &generator, &open) { return "\(index): \(difference)" }
            if generator.choices.chance(1, in: 4) { _ = store.performMaintenance() }
            if generator.choices.chance(1, in: 150) {
                for entry in open { store.abandon(entry.cursor) }
                open = []
                let digest = store.digest
                store = try Store.restored(from: store.snapshot(), settings: Store.Settings(workPerSlice: workPerSlice))
                if store.digest != digest { return "\(index): digests differ after a restoration" }
            }
        }
        while !open.isEmpty {
            if let difference = advance(store, &generator, &open) { return difference }
        }
        store.clean()
        return whole(store, model)
    }

    static func query(_ model: StoreModel, _ generator: inout RequestGenerator) -> (StoreQuery, Shown) {
        let current = model.revision
        switch generator.choices.below(10) {
        case 0:
            let revision = generator.revision(floor: model.floor, current: current)
            return (.hashKV(revision), model.hashed(revision))
        case 1, 2:
            let request = generator.txn(floor: model.floor, current: current, isReadOnly: true)
            return (.txn(request), model.ask(request))
        default:
            let request = generator.rangeRequest(floor: model.floor, current: current)
            do throws(StoreError) {
                return (.range(request), try model.range(request))
            } catch {
                return (.range(request), .failure(error, current))
            }
        }
    }

    static func ask(
        _ store: Store, _ model: StoreModel, _ generator: inout RequestGenerator,
        _ open: inout [OpenQuery]
    ) -> String? {
        let (query, expected) = query(model, &generator)
        switch store.begin(query) {
        case .finished(let answer):
            if Shown(answer) != expected { return "\(query): \(Shown(answer)), not \(expected)" }
        case .unfinished(let cursor): open.append(OpenQuery(cursor: cursor, query: query, expected: expected))
        }
        return nil
    }

    static func advance(
        _ store: Store, _ generator: inout RequestGenerator,
        _ open: inout [OpenQuery]
    ) -> String? {
        guard !open.isEmpty else { return nil }
        let index = Int(generator.choices.below(UInt64(open.count)))
        if generator.choices.chance(1, in: 20) {
            store.abandon(open.remove(at: index).cursor)
            return nil
        }
        guard case .finished(let answer) = store.advance(open[index].cursor) else { return nil }
        let asked = open.remove(at: index)
        // A compaction that overtook a transaction's range is the one difference that is allowed.
        if case .failure(.compacted, _) = Shown(answer), case .txn = asked.query { return nil }
        return Shown(answer) == asked.expected ? nil : "cursor: \(Shown(answer)), not \(asked.expected)"
    }

    /// Compares everything that can still be read, at some revisions.
    static func whole(_ store: Store, _ model: StoreModel, revisions: Int64 = 50) -> String? {
        let status = store.status
        let now = model.state(at: .max)
        if status.keyCount != now.count { return "\(status.keyCount) keys, not \(now.count)" }
        let bytes = now.reduce(0) { $0 + $1.key.count + $1.value.count }
        if status.liveBytes != bytes { return "\(status.liveBytes) bytes, not \(bytes)" }
        if status.pinnedReaders != 0 { return "\(status.pinnedReaders) readers left" }
        let oldest = max(model.floor, 1)
        let step = Int((model.revision - oldest) / revisions + 1)
        for revision in stride(from: oldest, through: model.revision, by: step) {
            let request = RangeRequest(.everything, revision: Revision(revision))
            let answer = Shown(store.ask(.range(request)))
            guard let expected = try? model.range(request) else { return "the model fails at \(revision)" }
            if answer != expected { return "at revision \(revision): \(answer), not \(expected)" }
        }
        return nil
    }

    @Test("Thousands of random operations, questions and restorations give what the model gives", arguments: 1...10)
    func randomOperations(seed: UInt64) throws {
        let slices = [1, 7, 60, 4_000]
        let difference = try Self.firstDifference(
            seed: seed, operations: 700, workPerSlice: slices[Int(seed) % slices.count],
            keySpace: seed % 3 == 0 ? .mixed : .short)
        #expect(difference == nil)
    }

    @Test("A store that forgets one put is noticed")
    func plantedLoss() throws {
        let difference = try Self.firstDifference(seed: 3, operations: 600, workPerSlice: 4_000) { operation, index in
            if index > 300, case .put(let request) = operation {
                operation = .put(PutRequest(key: request.key, value: Payload([1, 2, 3])))
            }
        }
        #expect(difference != nil)
    }

    @Test("Two stores fed the same operations have equal digests, wherever cleaning and reading have come to")
    func digestsAgree() throws {
        var generator = RequestGenerator(seed: 99, keyCount: 300)
        let eager = Store()
        let lazy = Store(settings: Store.Settings(workPerSlice: 20))
        var readers = Readers()
        for index in 0..<1_000 {
            let status = eager.status
            let operation = generator.operation(
                floor: status.compactRevision?.rawValue ?? -1, current: status.currentRevision.rawValue)
            _ = eager.apply(operation, isAwaited: true)
            eager.clean()
            let before = lazy.digest
            _ = lazy.apply(operation, isAwaited: false)
            #expect(eager.digest == lazy.digest)
            let now = lazy.status
            let hasChanged =
                now.currentRevision != status.currentRevision || now.compactRevision != status.compactRevision
            #expect((before != lazy.digest) == hasChanged)
            if index % 20 == 0 { readers.hold(lazy) }
            readers.advance(lazy)
            if index % 4 == 0 { _ = lazy.performMaintenance() }
        }
        #expect(readers.mostHeld >= 5)
        #expect(eager.status.bytesInUse < lazy.status.bytesInUse)
        readers.letGo(lazy)
        #expect(lazy.status.pinnedReaders == 0)
        lazy.clean()
        #expect(eager.digest == lazy.digest)
        #expect(eager.status.versionCount == lazy.status.versionCount)
    }
}

/// Questions and a snapshot that a store has under way.
private struct Readers {
    private var cursors: [StoreCursor] = []
    private var snapshot: StoreSnapshotWalk?
    /// How many questions and snapshots there were at once.
    private(set) var mostHeld = 0

    /// Begins questions of several kinds, and a snapshot if none is under way.
    mutating func hold(_ store: Store) {
        let questions: [StoreQuery] = [
            .range(RangeRequest(.everything)), .range(RangeRequest(.everything, sortOrder: .descend, sortTarget: .mod)),
            .txn(TxnRequest(success: [.range(RangeRequest(.everything))])), .hashKV(.zero),
        ]
        for question in questions {
            if case .unfinished(let cursor) = store.begin(question) { cursors.append(cursor) }
        }
        if snapshot == nil { snapshot = store.beginSnapshot() }
        mostHeld = max(mostHeld, cursors.count + 1)
    }

    /// Goes on with each by one step.
    mutating func advance(_ store: Store) {
        cursors.removeAll { cursor in
            if case .finished = store.advance(cursor) { return true }
            return false
        }
        if var walk = snapshot { snapshot = store.nextBlock(of: &walk) == nil ? nil : walk }
    }

    mutating func letGo(_ store: Store) {
        for cursor in cursors { store.abandon(cursor) }
        cursors = []
        if let snapshot { store.abandon(snapshot) }
        snapshot = nil
    }
}

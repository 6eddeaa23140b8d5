import DecreeStoreSimulation
import PaxosBase
import Testing

@testable import DecreeStore

/// Random operations over so many keys that the tree has several levels, with tides: many keys come, then most go and
/// their memory is freed, so that nodes split and merge all the time.
struct TideRun {
    var generator: RequestGenerator
    var store: Store
    var model = StoreModel()
    var open: [OpenQuery] = []
    private var snapshot: HeldSnapshot?
    private let settings: Store.Settings
    private var isRising = true
    /// The greatest height that the tree has had.
    private(set) var tallest = 0

    init(seed: UInt64, keyCount: Int, keySpace: KeySpace, workPerSlice: Int) {
        generator = RequestGenerator(seed: seed, keyCount: keyCount, keySpace: keySpace)
        settings = Store.Settings(workPerSlice: workPerSlice)
        store = Store(settings: settings)
    }

    /// - Returns: What differed first.
    mutating func firstDifference(operations: Int) throws -> String? {
        for index in 0..<operations {
            if let difference = step() ?? maintain() { return "\(index): \(difference)" }
            if index % 60 == 59, let difference = try turn() { return "\(index): \(difference)" }
        }
        return try turn() ?? ModelTests.whole(store, model) ?? emptied()
    }

    private mutating func step() -> String? {
        let operation = nextOperation()
        let isAwaited = !generator.choices.chance(1, in: 10)
        let output = store.apply(operation, isAwaited: isAwaited).map(Shown.init)
        let expected = model.apply(operation)
        if isAwaited && output != expected { return "\(operation): \(output as Any), not \(expected)" }
        if generator.choices.chance(1, in: 2) {
            return ModelTests.ask(store, model, &generator, &open)
        }
        return nil
    }

    private mutating func nextOperation() -> StoreOperation {
        switch generator.choices.below(20) {
        case 0...8: return isRising ? .txn(generator.manyPuts()) : .txn(generator.manyDeletions())
        case 9: return isRising ? .txn(generator.manyDeletions()) : .txn(generator.manyPuts())
        case 10, 11:
            let back = Int64(generator.choices.below(20))
            return .compact(CompactionRequest(revision: Revision(model.revision - back)))
        default: return generator.operation(floor: model.floor, current: model.revision)
        }
    }

    private mutating func maintain() -> String? {
        for _ in 0..<generator.choices.below(6) {
            if let difference = ModelTests.advance(store, &generator, &open) { return difference }
        }
        for _ in 0..<generator.choices.below(8) { _ = store.performMaintenance() }
        if let difference = goOnWithSnapshot() { return difference }
        return generator.choices.chance(1, in: 10) ? TreeCheck.firstFault(in: store) : nil
    }

    /// Finishes what was asked, frees what can be freed, sometimes goes on with a restored store, and turns the tide.
    private mutating func turn() throws -> String? {
        tallest = max(tallest, store.state.tree.height)
        while !open.isEmpty {
            if let difference = ModelTests.advance(store, &generator, &open) { return difference }
        }
        while snapshot != nil {
            if let difference = goOnWithSnapshot() { return difference }
        }
        store.compact(Revision(model.revision))
        _ = model.apply(.compact(CompactionRequest(revision: Revision(model.revision))))
        store.clean()
        if let fault = TreeCheck.firstFault(in: store) { return fault }
        if generator.choices.chance(1, in: 2) {
            let digest = store.digest
            store = try Store.restored(from: store.snapshot(), settings: settings)
            if store.digest != digest { return "digests differ after a restoration" }
            if let fault = TreeCheck.firstFault(in: store) { return "restored: \(fault)" }
        }
        isRising.toggle()
        return nil
    }

    /// Begins a snapshot now and then, or takes the next block of the one under way, and restores it in the end.
    private mutating func goOnWithSnapshot() -> String? {
        guard var held = snapshot else {
            if generator.choices.chance(1, in: 10) { snapshot = HeldSnapshot(of: store, model) }
            return nil
        }
        guard let block = store.nextBlock(of: &held.walk) else {
            snapshot = nil
            return held.difference()
        }
        held.blocks.append(block)
        snapshot = held
        return nil
    }

    /// Deletes and frees everything: nothing may be left behind.
    private func emptied() -> String? {
        let fresh = Store()
        for store in [store, fresh] {
            store.delete(.everything)
            store.put("end", "")
            store.compact(store.status.currentRevision)
            store.clean()
        }
        let kept = store.status.bytesInUse - fresh.status.bytesInUse
        // The log is held in chunks.
        return kept > 1 << 16 ? "\(kept) bytes are left of an emptied store" : TreeCheck.firstFault(in: store)
    }
}

/// A snapshot under way, and what it must hold when it is complete.
private struct HeldSnapshot {
    var walk: StoreSnapshotWalk
    var blocks: [[UInt8]] = []
    private let digest: StateDigest
    private let model: StoreModel

    init(of store: Store, _ model: StoreModel) {
        walk = store.beginSnapshot()
        digest = store.digest
        self.model = model
    }

    /// How a store that is restored from it differs from the one that it was taken of.
    func difference() -> String? {
        guard let restored = try? Store.restored(from: blocks) else { return "a snapshot is refused" }
        if restored.digest != digest { return "a snapshot's digest differs" }
        let difference = TreeCheck.firstFault(in: restored) ?? ModelTests.whole(restored, model, revisions: 5)
        return difference.map { "from a snapshot: \($0)" }
    }
}

@Suite("The store against a plain model, with trees of several levels", .timeLimit(.minutes(5)))
struct LargeModelTests {
    private static func firstDifference(
        seed: UInt64, keyCount: Int, keySpace: KeySpace, operations: Int
    ) throws -> String? {
        let slices = [60, 300, 4_000]
        var run = TideRun(
            seed: seed, keyCount: keyCount, keySpace: keySpace, workPerSlice: slices[Int(seed) % slices.count])
        return try run.firstDifference(operations: operations)
    }

    @Test("300 keys and more: leaves split, merge and vanish", arguments: 1...8)
    func hundreds(seed: UInt64) throws {
        let difference = try Self.firstDifference(
            seed: seed, keyCount: 300 + Int(seed) * 100, keySpace: seed % 2 == 0 ? .short : .mixed, operations: 600)
        #expect(difference == nil)
    }

    @Test("Keys that share more than 64 bytes", arguments: 11...16)
    func sharedPrefixes(seed: UInt64) throws {
        let difference = try Self.firstDifference(
            seed: seed, keyCount: 400 * Int(seed - 10), keySpace: .sharedPrefixes, operations: 300)
        #expect(difference == nil)
    }

    @Test("5,000 keys: inner nodes split and merge", arguments: 21...24)
    func thousands(seed: UInt64) throws {
        let difference = try Self.firstDifference(
            seed: seed, keyCount: 5_000, keySpace: seed % 2 == 0 ? .short : .sharedPrefixes, operations: 240)
        #expect(difference == nil)
    }

    @Test("200,000 keys: a tree of four levels grows and shrinks to nothing", arguments: [31, 32] as [UInt64])
    func hundredsOfThousands(seed: UInt64) throws {
        let count = 200_000
        var store = Store()
        var order = Array(0..<count)
        var random = SeededRandom(seed: seed)
        if seed % 2 == 0 { order.shuffle(using: &random) }
        func key(_ index: Int) -> String { "registry/pods/namespace-\(index % 7)/pod-\(index / 7)" }
        func check(_ live: Int) { #expect(TreeCheck.firstFault(in: store) == nil && store.status.keyCount == live) }
        for index in order { store.put(key(index), "") }
        check(count)
        #expect(store.state.tree.height >= 3 || seed % 2 == 1)
        order.shuffle(using: &random)
        for index in order[..<195_000] { store.delete(.key(key(index))) }
        check(5_000)
        store.compact(store.status.currentRevision)
        while store.performMaintenance() {}
        check(5_000)
        store = try Store.restored(from: store.snapshot())
        for index in order[..<50_000] { store.put(key(index), "again") }
        check(55_000)
        store.delete(.everything)
        store.put("end", "")
        store.compact(store.status.currentRevision)
        store.clean()
        check(1)
        #expect(store.state.tree.height == 0)
    }
}

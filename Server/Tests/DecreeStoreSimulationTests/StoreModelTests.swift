import DecreeSimulator
import DecreeStore
import DecreeStoreSimulation
import PaxosBase
import PaxosLog
import Testing

@Suite("The model that histories of the store are measured by", .timeLimit(.minutes(20)))
struct StoreModelTests {
    typealias Log = History<StoreClientOperation, StoreOutput, StoreAnswer>

    /// A real store that does what a test wants, and notes it as a history.
    private struct Scribe {
        var store = Store()
        var log = Log()
        var moment: UInt64 = 0
        var slot = Slot.zero

        mutating func command(_ operation: StoreClientOperation, _ encoded: StoreOperation) -> StoreOutput? {
            slot = slot.next
            var outputs: [StoreOutput] = []
            store.apply([ChosenCommand(slot: slot, payload: encoded.encode(), isAwaited: true)], into: &outputs)
            guard let output = outputs.first else { return nil }
            log.entries.append(
                Log.Entry(
                    client: 0, operation: operation, invoked: moment + 1, returned: moment + 2,
                    result: .output(output), slot: slot))
            moment += 2
            return output
        }

        mutating func put(_ key: String, _ value: String, previous: Bool = false) {
            let request = PutRequest(
                key: Payload(key.utf8), value: Payload(value.utf8), previousKeyValue: previous)
            _ = command(.put(request), .put(request))
        }

        mutating func rangeAll(at revision: Revision = .zero) {
            let request = RangeRequest(.everything, revision: revision)
            guard case .finished(let answer) = store.begin(.range(request)) else { return }
            log.entries.append(
                Log.Entry(
                    client: 1, operation: .range(request, isLinearizable: true), invoked: moment + 1,
                    returned: moment + 2, result: .answer(answer, isLinearizable: true)))
            moment += 2
        }
    }

    private func verdict(_ log: Log) -> String? {
        var model = StoreModel()
        return LinearizabilityChecker<StoreModel>().check(log, on: &model)
    }

    private func scribe() -> Scribe {
        var scribe = Scribe()
        scribe.put("a", "1")
        scribe.put("b", "2")
        scribe.rangeAll()
        scribe.put("a", "3", previous: true)
        let deletion = DeleteRangeRequest(
            KeyRange(key: Payload("a".utf8), rangeEnd: Payload("b".utf8)), previousKeyValues: true)
        _ = scribe.command(.deleteRange(deletion), .deleteRange(deletion))
        let txn = TxnRequest(
            compares: [Compare(KeyRange(key: Payload("a".utf8)), .equal, .version(0))],
            success: [
                .put(PutRequest(key: Payload("c".utf8), value: Payload("4".utf8))), .range(RangeRequest(.everything)),
            ],
            failure: [.range(RangeRequest(.everything))])
        _ = scribe.command(.txn(txn), .txn(txn))
        let compaction = CompactionRequest(revision: Revision(3))
        _ = scribe.command(.compact(compaction), .compact(compaction))
        _ = scribe.command(.compact(compaction), .compact(compaction))
        scribe.rangeAll()
        return scribe
    }

    @Test("What a real store did passes")
    func soundHistory() { #expect(verdict(scribe().log) == nil) }

    @Test("A put that the log holds in another order than real time had it")
    func wrongOrder() {
        var log = scribe().log
        (log.entries[0].slot, log.entries[1].slot) = (log.entries[1].slot, log.entries[0].slot)
        #expect(verdict(log) != nil)
    }

    @Test("A range that misses what had been put before it began")
    func staleRange() {
        var log = scribe().log
        log.entries.swapAt(2, log.entries.count - 1)
        let last = log.entries.count - 1
        let stale = log.entries[last]
        log.entries[last] = Log.Entry(
            client: 1, operation: stale.operation, invoked: 1_000, returned: 1_001, result: stale.result)
        #expect(verdict(log) != nil)
    }

    @Test("A range whose values never stood together")
    func tornRange() {
        var log = scribe().log
        guard case .answer(var answer, _) = log.entries[2].result, case .range(var response) = answer.outcome else {
            Issue.record("the third entry is a range")
            return
        }
        response.count += 1
        answer.outcome = .range(response)
        log.entries[2].result = .answer(answer, isLinearizable: true)
        #expect(verdict(log) != nil)
    }

    /// A range of an old revision, a compaction above that, and the range once more: it is refused now.
    private func compacted() -> Log {
        var scribe = Scribe()
        for value in ["1", "2", "3"] { scribe.put("a", value) }
        scribe.rangeAll(at: 2)
        let compaction = CompactionRequest(revision: Revision(3))
        _ = scribe.command(.compact(compaction), .compact(compaction))
        scribe.rangeAll(at: 2)
        return scribe.log
    }

    @Test("Answers of one revision stand before or behind a compaction, as they show and real time allows")
    func besideCompaction() {
        #expect(verdict(compacted()) == nil)
        // Each is answered on the other side of the compaction.
        var log = compacted()
        let (early, late) = (log.entries[3].result, log.entries[5].result)
        log.entries[3].result = late
        #expect(verdict(log) != nil)
        log = compacted()
        log.entries[5].result = early
        #expect(verdict(log) != nil)
        // A compaction that lasts all the time explains either.
        let compaction = log.entries[4]
        log.entries[4] = Log.Entry(
            client: 0, operation: compaction.operation, invoked: 1, returned: 1_000, result: compaction.result,
            slot: compaction.slot)
        #expect(verdict(log) == nil)
    }

    @Test("An error that no state explains, and the hash of another history")
    func unexplained() {
        var log = compacted()
        log.entries[5].result = .answer(
            StoreAnswer(revision: 4, outcome: .failure(.futureRevision)), isLinearizable: true)
        #expect(verdict(log) != nil)
        let hash = HashKVResponse(hash: 1, compactRevision: 3, hashRevision: 4)
        log.entries[5] = Log.Entry(
            client: 1, operation: .hash(.zero), invoked: 900, returned: 901,
            result: .answer(StoreAnswer(revision: 4, outcome: .hashKV(hash)), isLinearizable: true))
        #expect(verdict(log) != nil)
    }

    @Test("An output that shows another revision, and one that shows another outcome")
    func wrongOutputs() {
        for index in [0, 3, 4, 5, 6] {
            var log = scribe().log
            guard case .output(var output) = log.entries[index].result else { continue }
            output.revision = Revision(output.revision.rawValue + 1)
            log.entries[index].result = .output(output)
            #expect(verdict(log) != nil)
            log = scribe().log
            output.revision = Revision(output.revision.rawValue - 1)
            output.outcome = .failure(.leaseNotFound)
            log.entries[index].result = .output(output)
            #expect(verdict(log) != nil)
        }
    }
}

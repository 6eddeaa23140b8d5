import PaxosBase
import PaxosLog
import Testing

@testable import DecreeSimulator

/// A few registers without any revision: nothing in an answer says where it belongs.
private struct Registers: ObjectModel {
    enum Action {
        case set(String, Int)
        /// Nil where the register was not found to be set.
        case get(String, Int?)
        case swap(String, from: Int, to: Int, isDone: Bool)
    }

    private var values: [String: Int] = [:]

    static func part(of action: Action) -> String {
        switch action {
        case .set(let key, _), .get(let key, _), .swap(let key, _, _, _): key
        }
    }

    mutating func perform(_ action: Action, isKnown: Bool) -> Bool {
        switch action {
        case .set(let key, let value):
            values[key] = value
            return true
        case .get(let key, let value): return !isKnown || values[key] == value
        case .swap(let key, let former, let value, let isDone):
            let fits = values[key] == former
            if fits { values[key] = value }
            return !isKnown || fits == isDone
        }
    }
}

@Suite("Searching for an order of what clients saw")
struct LinearizabilitySearchTests {
    private typealias Step = Attempt<Registers.Action>

    private func step(_ action: Registers.Action, _ invoked: UInt64, _ returned: UInt64?) -> Step {
        Step(action, invoked: invoked, returned: returned)
    }

    private func verdict(_ attempts: [Step], limit: Int = 1_000_000) -> LinearizabilityVerdict<Registers.Action> {
        LinearizabilitySearch(from: Registers(), limit: limit).judge(attempts)
    }

    private func isSound(_ attempts: [Step]) -> Bool {
        if case .linearizable = verdict(attempts) { true } else { false }
    }

    private func refutation(_ attempts: [Step]) -> LinearizabilityRefutation<Registers.Action>? {
        if case .refuted(let refutation) = verdict(attempts) { refutation } else { nil }
    }

    @Test("What overlaps may take effect in either order")
    func overlapping() {
        for seen in [1, 2] {
            #expect(isSound([step(.set("a", 1), 1, 10), step(.set("a", 2), 2, 9), step(.get("a", seen), 11, 12)]))
        }
        #expect(isSound([step(.set("a", 1), 1, 10), step(.get("a", 1), 2, 3), step(.get("a", 1), 4, 5)]))
        #expect(isSound([step(.set("a", 1), 1, 10), step(.get("a", nil), 2, 3), step(.get("a", 1), 4, 5)]))
    }

    @Test("A write of unknown outcome takes effect late, or never, but not twice and not before it began")
    func unknown() {
        let set = step(.set("a", 1), 1, nil)
        #expect(isSound([set, step(.get("a", nil), 2, 3), step(.get("a", 1), 4, 5)]))
        #expect(isSound([set, step(.get("a", nil), 2, 3)]))
        #expect(!isSound([set, step(.get("a", 1), 2, 3), step(.get("a", nil), 4, 5)]))
        #expect(!isSound([step(.get("a", 1), 1, 2), step(.set("a", 1), 3, nil)]))
        let other = step(.set("a", 2), 3, 4)
        #expect(isSound([set, other, step(.get("a", 1), 5, 6)]))
        #expect(!isSound([set, other, step(.get("a", 1), 5, 6), step(.get("a", 2), 7, 8)]))
        #expect(isSound([set, step(.swap("a", from: 1, to: 3, isDone: true), 2, 3), step(.get("a", 3), 4, 5)]))
    }

    @Test("Planted errors are seen: a stale read, reads that go back, a lost write, a value from nowhere, two swaps")
    func planted() {
        let set = step(.set("a", 1), 1, 2)
        #expect(!isSound([set, step(.get("a", nil), 3, 4)]))
        #expect(!isSound([step(.set("a", 1), 1, 9), step(.get("a", 1), 2, 3), step(.get("a", nil), 4, 5)]))
        #expect(!isSound([set, step(.set("a", 2), 3, 4), step(.get("a", 1), 5, 6)]))
        #expect(!isSound([set, step(.get("a", 7), 1, 9)]))
        let swaps = (2...3).map { step(.swap("a", from: 1, to: $0, isDone: true), 3, UInt64(10 + $0)) }
        #expect(!isSound([set] + swaps))
    }

    @Test("The refutation is the shortest beginning that no order explains")
    func shortest() throws {
        var attempts = (1...50 as ClosedRange<UInt64>).map { step(.set("a", Int($0)), 10 * $0, 10 * $0 + 5) }
        attempts.append(step(.get("a", 19), 201, 202))
        attempts.append(step(.get("a", 3), 401, 402))
        let found = try #require(refutation(attempts.shuffled(by: 7)))
        #expect(found.last.invoked == 401 && found.isShortest)
        #expect(found.prefix.count == 42)
        #expect(found.description.contains("no order explains get(\"a\", Optional(3)), 401 to 402 after 41 others"))
    }

    @Test("Keys are judged one by one")
    func parts() throws {
        var attempts = [step(.set("b", 1), 1, 2), step(.get("b", nil), 3, 4)]
        for key in 0..<12 {
            for client in 0..<6 { attempts.append(step(.set("k\(key)", client), 5, 1_000 + UInt64(client))) }
        }
        let found = try #require(refutation(attempts))
        #expect(found.prefix.count == 2)
    }

    @Test("A search that reaches its limit says that nothing was decided")
    func undecided() {
        // Twelve at once, and then a value that none of them wrote: every set of them must be tried.
        let attempts = (1...12).map { step(.set("a", $0), 1, 100) } + [step(.get("a", 99), 101, 102)]
        guard case .undecided = verdict(attempts, limit: 1_000) else {
            Issue.record("decided within 1,000 trials")
            return
        }
        #expect(!isSound(attempts))
    }

    @Test("In simulated runs it never contradicts the checker that follows the log, sound and with one stale answer")
    func agreesWithPositions() {
        var (passed, refuted) = (0, 0)
        for seed in 1...40 as ClosedRange<UInt64> {
            var history = Self.history(seed: seed, planted: nil).history
            // Where hundreds of outcomes are unknown, a search seldom comes to an end.
            Self.cut(&history, behind: 150)
            switch Self.search(history) {
            case .linearizable: passed += 1
            case .refuted(let refutation): Issue.record("seed \(seed): \(refutation)")
            case .undecided: continue
            }
            guard Self.makeStale(&history) else { continue }
            var model = RegisterModel()
            #expect(LinearizabilityChecker<RegisterModel>().check(history, on: &model) != nil, "seed \(seed)")
            switch Self.search(history) {
            case .linearizable: Issue.record("seed \(seed): a stale answer passes")
            case .refuted: refuted += 1
            case .undecided: break
            }
        }
        #expect(passed >= 20, "passed \(passed) of 40")
        #expect(refuted >= 10, "refuted \(refuted) of 40")
    }

    /// Leaves the first operations, with what had been seen when the next began.
    private static func cut(_ history: inout World<RegisterWorkload>.Log, behind count: Int) {
        guard history.entries.count > count else { return }
        let end = history.entries[count].invoked
        history.entries.removeLast(history.entries.count - count)
        for place in history.entries.indices where history.entries[place].returned.map({ $0 > end }) ?? false {
            history.entries[place].result = .unknown
            history.entries[place].returned = nil
        }
    }

    /// The last linearizable answer becomes that of the first, given before something changed.
    private static func makeStale(_ history: inout World<RegisterWorkload>.Log) -> Bool {
        func answer(_ place: Int) -> RegisterMachine.Answer? {
            if case .answer(let answer, isLinearizable: true) = history.entries[place].result { answer } else { nil }
        }
        let places = history.entries.indices.filter { answer($0) != nil }
        guard let first = places.first, let last = places.last, let early = answer(first), let late = answer(last),
            early.revision < late.revision, history.entries[first].returned! < history.entries[last].invoked,
            history.entries.contains(where: {
                $0.hasOutput && $0.invoked > history.entries[first].returned!
                    && $0.returned! < history.entries[last].invoked
            })
        else { return false }
        history.entries[last].result = .answer(early, isLinearizable: true)
        return true
    }

    @Test("What a planted bug does to a history is refuted, where the search comes to an end")
    func agreesOnPlantedBug() throws {
        let bug = try #require(PlantedBug(named: "barrierWithoutPhaseOne"))
        for seed in 1...300 as ClosedRange<UInt64> {
            let (history, checker) = Self.history(seed: seed, planted: bug)
            guard checker == .linearizability else { continue }
            switch Self.search(history) {
            case .linearizable: Issue.record("seed \(seed) passes")
            case .undecided: break
            case .refuted: return
            }
        }
        Issue.record("not refuted in 300 seeds")
    }

    private static func history(
        seed: UInt64, planted: PlantedBug?
    ) -> (history: World<RegisterWorkload>.Log, checker: CheckerName?) {
        var choices = Choices(seed: seed)
        var plan = RunPlan.draw(&choices, temper: planted?.temper)
        // One log, one history.
        plan.groupCount = 1
        let flaws = planted.map { [$0.flaw] } ?? []
        let world = World<RegisterWorkload>(seed: seed, plan: plan, flaws: Set(flaws), choices: &choices)
        world.begin()
        var run = Run(world.engine, WorldJudge(), choices)
        run.go()
        return (world.history, world.violation?.checker)
    }

    private static func search(
        _ history: World<RegisterWorkload>.Log
    ) -> LinearizabilityVerdict<SearchedModel<RegisterModel>.Action> {
        let attempts = history.attempts(for: RegisterModel.self) { operation in
            if case .read = operation { true } else { false }
        }
        return LinearizabilitySearch(from: SearchedModel(RegisterModel()), limit: 30_000).judge(attempts)
    }
}

extension Array {
    /// In another order, decided by a seed.
    fileprivate func shuffled(by seed: UInt64) -> [Element] {
        var random = SeededRandom(seed: seed)
        return shuffled(using: &random)
    }
}

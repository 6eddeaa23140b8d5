import PaxosBase
import PaxosSynod
import Testing

@testable import DecreeLearning

/// All that can happen to a small log without a leader, whatever protocol decides its slots.
@Suite("A log without a leader, explored")
struct LogExplorationTests {
    enum OutOfOrder: LogVariation {
        typealias Instance = SynodProcess
        static let flaw: LogFlaw? = .deliversOutOfOrder
    }

    enum Unbeaten: LogVariation {
        typealias Instance = SynodProcess
        static let flaw: LogFlaw? = .goesOnUnbeaten
    }

    enum FormerSlot: LogVariation {
        typealias Instance = SynodProcess
        static let flaw: LogFlaw? = .promisesOfFormerSlotCounted
    }

    /// Two clients, the second of which wants two things.
    static var threeCommands: StepPlan {
        StepPlan(property: .order, proposers: [0, 2], wishesOfLast: 2)
    }

    private func search<Node: StepNode>(
        _ node: Node.Type, _ plan: StepPlan, maximumStates: Int = .max
    ) -> Search<StepCode> {
        Search(from: StepNumbering(StepWorld<Node>(plan)).code(), maximumStates: maximumStates)
    }

    static let steps: [(Step, states: Int)] = [
        (.leaderlessLog, 122_493), (.lostDecision, 176), (.interruptedRound, 176), (.fastLog, 7_325),
    ]

    @Test("Nothing breaks it, in all that can happen; and the run that is to be seen is there", arguments: steps)
    func complete(step: Step, states: Int) throws {
        let report = step.search()
        #expect(report.isComplete && report.finding == nil && report.states == states)
        #expect(try #require(report.run).moments.count > 12)
    }

    @Test("Where all messages arrive everybody is answered, whatever protocol decides")
    func progress() {
        var plan = Step.leaderlessLog.plan
        plan = StepPlan(property: .progress, proposers: plan.proposers)
        for search in [search(LogNode<LogOfSynods>.self, plan), search(LogNode<LogOfFastPaxos>.self, plan)] {
            #expect(search.isComplete && search.counterexample == nil, "\(search.counterexample?.text ?? "")")
        }
    }

    @Test("Three commands in three slots are delivered in one order, each once")
    func three() {
        let fast = search(LogNode<LogOfFastPaxos>.self, Self.threeCommands)
        #expect(fast.isComplete && fast.counterexample == nil && fast.states == 162_038)
        // Of Synods this has 14,589,894 states, which takes minutes.
        let synods = Search(
            from: StepNumbering(StepWorld<LogNode<LogOfSynods>>(Self.threeCommands)).code(), maximumStates: 300_000)
        #expect(synods.counterexample == nil)
    }

    @Test("Tables go through what the worlds of a log go through")
    func tables() {
        let plan = StepPlan(property: .order, proposers: [0])
        let plain = Search(from: StepWorld<LogNode<LogOfSynods>>(plan))
        let numbered = search(LogNode<LogOfSynods>.self, plan)
        #expect(plain.isComplete && plain.states == numbered.states && plain.transitions == numbered.transitions)
    }

    enum Forgetful: LogVariation {
        typealias Instance = SynodProcess
        static let flaw: LogFlaw? = nil
        static let keepsDisks = false
    }

    /// Two clients, and a node that crashes and comes back.
    static func crash(of place: Int?) -> StepPlan {
        StepPlan(property: .order, proposers: [0, 2], restarts: 1, mortal: place)
    }

    @Test("A node that crashes and comes back changes nothing, in the first 200000 states", arguments: [0, 1, 2])
    func crashes(place: Int) {
        let fast = search(LogNode<LogOfFastPaxos>.self, Self.crash(of: place), maximumStates: 200_000)
        let synods = search(LogNode<LogOfSynods>.self, Self.crash(of: place), maximumStates: 200_000)
        #expect(fast.counterexample == nil && synods.counterexample == nil)
        #expect(fast.depth > 7 && synods.depth > 7)
    }

    @Test("One that comes back with an empty disk is noticed")
    func forgetful() throws {
        let (finding, run) = try mistake(Forgetful.self, Self.crash(of: 1))
        #expect(finding == "order: node 0 delivers A, node 2 B" && run.moments.count == 11)
    }

    /// What was delivered and said last on the shortest run to a mistake.
    private func mistake<Variation: LogVariation>(
        _ variation: Variation.Type, _ plan: StepPlan = Step.leaderlessLog.plan
    ) throws -> (finding: String, run: Run) {
        let numbering = StepNumbering(StepWorld<LogNode<Variation>>(plan))
        let found = try #require(Search(from: numbering.code(), maximumStates: 2_000_000).counterexample)
        return (found.text, Chronicle<LogNode<Variation>>(plan, found.actions.map(numbering.action)).run)
    }

    @Test("Delivering what is learned at once puts one node's commands in another order than another's")
    func outOfOrder() throws {
        let (finding, run) = try mistake(OutOfOrder.self)
        #expect(finding == "order: node 0 delivers A, node 1 B" && run.moments.count == 12)
    }

    @Test("Going on to the next slot before this one is lost has a command decided in both")
    func unbeaten() throws {
        let (finding, run) = try mistake(Unbeaten.self)
        #expect(finding == "order: node 0 delivers A twice" && run.moments.count == 12)
    }

    @Test("A promise that was given for one slot and is counted for another lets two commands be decided in that one")
    func formerSlot() throws {
        let (finding, run) = try mistake(FormerSlot.self, Self.threeCommands)
        #expect(finding == "order: node 0 delivers B A, node 2 B C" && run.moments.count == 13)
    }
}

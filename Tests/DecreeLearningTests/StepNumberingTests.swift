import Testing

@testable import DecreeLearning

/// The same as a search through the worlds themselves.
@Suite("Steps, searched by tables")
struct StepNumberingTests {
    private func compare<Node: StepNode>(_ node: Node.Type, _ world: StepWorld<Node>) {
        let numbering = StepNumbering(world)
        let tabled = Search(from: numbering.code())
        let plain = Search(from: world)
        #expect(tabled.states == plain.states && tabled.transitions == plain.transitions)
        #expect(tabled.depth == plain.depth && tabled.ends == plain.ends && tabled.isComplete == plain.isComplete)
        #expect(tabled.counterexample?.text == plain.counterexample?.text)
        #expect(tabled.counterexample?.actions.map(numbering.action) == plain.counterexample?.actions)
    }

    private func compare<Node: StepNode>(_ node: Node.Type, of step: Step) { compare(node, StepWorld(step.plan)) }

    @Test("A step has as many states, and the same shortest run, as without tables", arguments: Step.allCases)
    func same(step: Step) { compare(step.node, of: step) }

    @Test("So it has from the middle of a run, where somebody is dead and messages are under way")
    func midway() {
        var world = StepWorld<Keeper<TwoLeaders>>(StepPlan(property: .agreement, proposers: [0, 2], deaths: 2))
        for action: StepAction<Letter> in [.proposes(0), .dies(1), .proposes(2)] { _ = world.perform(action) }
        #expect(!world.mail.isEmpty && !world.isAlive(1))
        compare(Keeper<TwoLeaders>.self, world)
    }

    @Test(
        "Each property is judged as in the world itself where somebody dies",
        arguments: [Step.twoPhaseCommit, .firstValue])
    func deaths(step: Step) {
        var plan = step.plan
        plan.deaths = 2
        compare(Keeper<FirstValue>.self, StepWorld(plan))
    }
}

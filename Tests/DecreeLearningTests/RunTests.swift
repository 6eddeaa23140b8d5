import Testing

@testable import DecreeLearning

@Suite("Runs, drawn and played")
struct RunTests {
    private let run = Run(
        nodes: 3,
        moments: [
            Moment(happening: .wants(node: 0), text: "node 0 wants A", consequences: ["node 0 holds A"]),
            Moment(happening: .arrives(from: 0, to: 2, sentAt: 1), text: "write A", consequences: []),
            Moment(happening: .dies(node: 1), text: "node 1 dies", consequences: []),
            Moment(happening: .arrives(from: 2, to: 0, sentAt: 2), text: "I keep A", consequences: []),
        ])

    @Test("A diagram has a column for each node, an arrow for each message, and no line for the dead")
    func diagram() {
        let lines = Diagram(of: run, width: 80, signs: .ascii).lines
        #expect(
            lines == [
                "     node 0   node 1   node 2",
                "  1    *        |        |   node 0 wants A: node 0 holds A",
                "  2    |---------------->*   write A (of step 1)",
                "  3    |        X        |   node 1 dies",
                "  4    *<----------------|   I keep A (of step 2)",
            ])
    }

    @Test("No line is wider than the terminal, down to a list where there is no room for columns", arguments: 20...120)
    func narrow(width: Int) {
        for step in [Step.twoLeaders, .anyQuorum] {
            guard let run = step.search().run else { continue }
            for line in Diagram(of: run, width: width, signs: .box).lines { #expect(line.count <= width, "\(line)") }
        }
        let isList = Diagram(of: run, width: width, signs: .ascii).lines[0].contains("wants")
        #expect(isList == (width < Diagram.minimumWidth))
    }

    @Test(
        "Whoever follows the hints breaks a step in the fewest moves", arguments: [Step.oneServer, .twoLeaders, .liar])
    func hints(step: Step) throws {
        var game = Game(step)
        let best = try #require(game.shortest()).moves
        while game.finding == nil { game.choose(try #require(game.shortest()).first) }
        #expect(game.run.moments.count == best && game.finding?.hasPrefix(step.plan.property.rawValue) == true)
    }

    @Test("A move that is taken back never was")
    func undo() {
        var game = Game(.twoLeaders)
        let choices = game.choices
        var isUndone = game.undo()
        #expect(!isUndone)
        game.choose(1)
        #expect(game.choices != choices && game.run.moments.count == 1)
        isUndone = game.undo()
        #expect(isUndone && game.choices == choices && game.run.moments.isEmpty)
    }

    @Test("Of Paxos no move leads to anything wrong")
    func paxos() {
        var game = Game(.paxos)
        for _ in 0..<6 { game.choose(0) }
        #expect(game.shortest() == nil && game.finding == nil)
    }
}

import Decree
import PaxosBase
import PaxosLog
import Synchronization
import Testing

/// Notes in one row what a port is told and what it is answered.
private final class Notes: Sendable {
    private let state = Mutex<(lines: [String], batches: [Node<Notebook>.Pushed])>(([], []))

    func note(_ completions: [Node<Notebook>.Completion]) {
        state.withLock { $0.lines += completions.map { "token \($0.token)" } }
    }

    func note(_ batch: Node<Notebook>.Pushed) {
        state.withLock { state in
            state.lines += batch.pushes
            if let end = batch.end { state.lines.append("\(end)") }
            state.batches.append(batch)
        }
    }

    var lines: [String] { state.withLock { $0.lines } }
    var batches: [Node<Notebook>.Pushed] { state.withLock { $0.batches } }
}

private func open(_ node: Node<Notebook>, _ notes: Notes) -> Node<Notebook>.Port {
    node.openPort(deliver: { notes.note($0) }, pushed: { notes.note($0) })
}

@Suite(.serialized)
struct PushTests {
    @Test("Every node pushes what all applied, in one order, whichever was asked")
    func everywhere() async throws {
        let cluster = try await TestCluster(size: 3)
        try await cluster.startAll()
        try await cluster.write("a=0", through: 0)
        for index in 1..<3 {
            try await eventually("it is applied") { try await cluster.line("a", through: index) == "0" }
        }
        let sequences = (0..<3).map { cluster[$0].pushes() }
        for number in 1...30 { try await cluster.write("a=\(number)", through: number % 3) }
        for sequence in sequences {
            var told: [String] = []
            for try await line in sequence {
                told.append(line)
                if line == "a=30" { break }
            }
            // A command whose outcome its client did not learn may have been written again.
            #expect(told.filter { $0 != "a=0" }.uniqued() == (1...30).map { "a=\($0)" })
        }
        await cluster.stopAll()
    }

    @Test("A port that subscribes is told a command before it is answered, and nothing once it has ended that")
    func beforeAnswers() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        try await cluster.write("a=0", through: 0)
        let notes = Notes()
        let port = open(cluster[0], notes)
        port.subscribe()
        port.submit(.command(Payload("a=1"), token: 1))
        try await eventually("the answer") { notes.lines.contains("token 1") }
        port.submit([.command(Payload("a=2"), token: 2), .query(.line("a"), linearizable: true, token: 3)])
        try await eventually("both answers") { notes.lines.contains("token 2") && notes.lines.contains("token 3") }
        #expect(notes.lines.filter { $0 != "token 3" } == ["a=1", "token 1", "a=2", "token 2"])
        port.unsubscribe()
        port.submit(.command(Payload("a=3"), token: 4))
        try await eventually("the last answer") { notes.lines.contains("token 4") }
        #expect(!notes.lines.contains("a=3"))
        await cluster.stopAll()
    }

    @Test("Who does not say that it is done loses its subscription, hears so, and may begin anew")
    func tooSlow() async throws {
        let cluster = try await TestCluster(size: 1) { $0.limits.maximumPushes = 3 }
        try await cluster.startAll()
        try await cluster.write("a=0", through: 0)
        let notes = Notes()
        let port = open(cluster[0], notes)
        port.subscribe()
        for number in 1...5 { try await cluster.write("a=\(number)", through: 0) }
        try await eventually("the end") { notes.batches.last?.end != nil }
        #expect(notes.lines.dropLast() == ["a=1", "a=2", "a=3"])
        for batch in notes.batches { port.drained(batch) }
        port.subscribe()
        for number in 6...8 { try await cluster.write("a=\(number)", through: 0) }
        try await eventually("the next pushes") { notes.lines.last == "a=8" }
        #expect(notes.lines.suffix(3) == ["a=6", "a=7", "a=8"])
        await cluster.stopAll()
    }

    @Test("A sequence that is not gone through holds a limited number and ends in a loss; a new one goes on")
    func slowSequence() async throws {
        let cluster = try await TestCluster(size: 1) { $0.limits.maximumPushes = 3 }
        try await cluster.startAll()
        try await cluster.write("a=0", through: 0)
        let sequence = cluster[0].pushes()
        for number in 1...9 { try await cluster.write("a=\(number)", through: 0) }
        var iterator = sequence.makeAsyncIterator()
        for number in 1...3 { #expect(try await iterator.next() == "a=\(number)") }
        await #expect(throws: PushesEnd.self) { try await iterator.next() }
        await #expect(throws: PushesEnd.self, "it stays at its end") { try await iterator.next() }
        var next = cluster[0].pushes().makeAsyncIterator()
        for number in 10...40 {
            try await cluster.write("a=\(number)", through: 0)
            #expect(try await next.next() == "a=\(number)")
        }
        await cluster.stopAll()
    }

    @Test("An iterator that is left in the middle of a batch holds nothing when another goes on behind it")
    func leftInTheMiddle() async throws {
        let cluster = try await TestCluster(size: 1) { $0.limits.maximumPushes = 8 }
        try await cluster.startAll()
        try await cluster.write("a=0", through: 0)
        let sequence = cluster[0].pushes()
        let port = cluster[0].openPort(deliver: { _ in })
        for round in 1...20 {
            // Both in one turn, so in one batch, whose second half goes to nobody.
            port.submit([
                .command(Payload("a=\(round)"), token: 1), .command(Payload("b=\(round)"), token: 2),
            ])
            var iterator = sequence.makeAsyncIterator()
            while try await iterator.next() != "a=\(round)" {}
        }
        await cluster.stopAll()
    }

    @Test(
        "A sequence ends with its node, with the task that goes through it, and begins nowhere on a node that has stopped"
    )
    func ends() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        try await cluster.write("a=0", through: 0)
        let node = cluster[0]
        let cancelled = Task { try await Self.count(node.pushes()) }
        cancelled.cancel()
        #expect(try await cancelled.value == 0)
        let sequence = node.pushes()
        try await cluster.write("a=1", through: 0)
        let counted = Task { try await Self.count(sequence) }
        await cluster.stop(0)
        #expect(try await counted.value == 1)
        #expect(try await Self.count(node.pushes()) == 0)
    }

    private static func count(_ pushes: Node<Notebook>.Pushes) async throws -> Int {
        var count = 0
        for try await _ in pushes { count += 1 }
        return count
    }
}

extension [String] {
    /// Without those that equal the one before.
    fileprivate func uniqued() -> [String] {
        var kept: [String] = []
        for line in self where kept.last != line { kept.append(line) }
        return kept
    }
}

import DecreeJournal
import PaxosBase
import PaxosLog
import Testing

@testable import DecreeNode

@Suite("What a machine pushes")
struct PushTests {
    /// A lone node that leads, with two ports.
    private func bench(_ adjust: (inout NodeLimits) -> Void = { _ in }) -> (Bench, PortID, PortID) {
        var bench = Bench(adjust)
        bench.run(for: .seconds(2))
        let (first, second) = (bench.group.openPort(), bench.group.openPort())
        return (bench, first, second)
    }

    private static func command(_ text: String, _ token: UInt64 = 1) -> NodeRequest<Tally> {
        .command(Payload(text.utf8), token: token)
    }

    /// Has commands applied, all in one turn.
    private func apply(_ texts: String..., through port: PortID, on bench: inout Bench) {
        bench.turn([PortBatch(port: port, requests: texts.map { Self.command($0) })])
        bench.sync()
        bench.turn()
    }

    private func told(_ bench: inout Bench, _ port: PortID) -> [String] {
        defer { bench.pushes.removeAll { $0.port == port } }
        return bench.pushes.filter { $0.port == port }.map { _, batch in
            let pushes = batch.pushes.joined(separator: ",")
            return batch.end.map { "\(pushes)!\($0)" } ?? pushes
        }
    }

    @Test("All that a turn pushes comes in one batch, in order, to each port that subscribes, before its completions")
    func oneBatch() throws {
        var (bench, first, second) = bench()
        bench.group.subscribe(first, core: &bench.core)
        bench.turn([
            PortBatch(port: first, requests: [Self.command("a", 1), Self.command("hush", 2)]),
            PortBatch(port: second, requests: [Self.command("many 2", 3)]),
        ])
        bench.sync()
        bench.core.endInput(at: bench.now, into: &bench.effects)
        bench.group.endTurn(core: &bench.core, at: bench.now, into: &bench.effects)
        let hasNews = bench.group.hasNews
        #expect(hasNews)
        let (taken, next, none) = (bench.group.takeNews(), bench.group.takeNews(), bench.group.takeNews())
        let (news, other) = (try #require(taken), try #require(next))
        #expect(news.port == first && news.pushes?.pushes == ["a", "1", "2"] && news.completions.count == 2)
        #expect(news.pushes?.amount == PushAmount(count: 3, byteCount: 3))
        #expect(other.port == second && other.pushes == nil && other.completions.count == 1)
        #expect(none == nil)
    }

    @Test("Batches follow each other without a gap, and what pushes nothing makes none")
    func noGap() {
        var (bench, port, _) = bench()
        bench.group.subscribe(port, core: &bench.core)
        let start = bench.core.groups[0].applied
        apply("a", through: port, on: &bench)
        apply("hush", through: port, on: &bench)
        apply("b", through: port, on: &bench)
        let batches = bench.pushes.map(\.batch)
        #expect(batches.map(\.pushes) == [["a"], ["b"]])
        #expect(batches.map(\.after) == [start, start.next])
        #expect(batches.map(\.through) == [start.next, start.next.next.next])
    }

    @Test("A machine to which nobody listens is told so, and not asked")
    func unheard() {
        var (bench, first, second) = bench()
        #expect(!bench.group.machine.isPushing, "whatever it began with")
        apply("a", through: first, on: &bench)
        bench.group.subscribe(first, core: &bench.core)
        bench.group.subscribe(second, core: &bench.core)
        bench.group.unsubscribe(first, core: &bench.core)
        apply("b", through: first, on: &bench)
        #expect(told(&bench, first) == [] && told(&bench, second) == ["b"])
        bench.group.closePort(second, core: &bench.core)
        #expect(!bench.group.machine.isPushing)
        apply("c", through: first, on: &bench)
        #expect(bench.pushes.isEmpty && bench.group.machine.takes == 1)
    }

    @Test("What the turn under way applies is pushed to who subscribes in it")
    func subscribesAmid() {
        var (bench, port, _) = bench()
        bench.turn(port, Self.command("a"))
        bench.sync()
        bench.group.subscribe(port, core: &bench.core)
        bench.group.subscribe(port, core: &bench.core)
        bench.turn()
        #expect(told(&bench, port) == ["a"])
        #expect(bench.takeCompleted() == ["1: output 1"])
    }

    @Test("A port that holds too much loses its subscription and hears so; the others go on")
    func tooSlow() {
        var (bench, slow, other) = bench { $0.maximumPushes = 3 }
        bench.group.subscribe(slow, core: &bench.core)
        bench.group.subscribe(other, core: &bench.core)
        let start = bench.core.groups[0].applied
        apply("a", "b", through: other, on: &bench)
        bench.group.drained(other, PushAmount(count: 2, byteCount: 2))
        apply("c", "d", through: other, on: &bench)
        #expect(told(&bench, slow) == ["a,b", "!\(PushesEnd.lost(after: start.next.next))"])
        bench.group.drained(other, PushAmount(count: 2, byteCount: 2))
        apply("e", through: other, on: &bench)
        #expect(told(&bench, other) == ["a,b", "c,d", "e"] && told(&bench, slow) == [])
    }

    @Test("Subscribing again makes no room, being done with what was told does")
    func subscribesAgain() {
        var (bench, port, _) = bench { $0.maximumPushes = 1 }
        bench.group.subscribe(port, core: &bench.core)
        apply("a", through: port, on: &bench)
        bench.group.unsubscribe(port, core: &bench.core)
        bench.group.subscribe(port, core: &bench.core)
        let start = bench.core.groups[0].applied
        apply("b", through: port, on: &bench)
        #expect(told(&bench, port) == ["a", "!\(PushesEnd.lost(after: start))"])
        bench.group.drained(port, PushAmount(count: 1, byteCount: 1))
        bench.group.subscribe(port, core: &bench.core)
        apply("c", through: port, on: &bench)
        #expect(told(&bench, port) == ["c"])
    }

    @Test("Bytes count as well, and a port that holds nothing is told all of a turn, however much it is")
    func bytes() {
        var (bench, port, _) = bench { $0.maximumPushBytes = 4 }
        bench.group.subscribe(port, core: &bench.core)
        apply("more than that", through: port, on: &bench)
        let start = bench.core.groups[0].applied
        apply("x", through: port, on: &bench)
        #expect(told(&bench, port) == ["more than that", "!\(PushesEnd.lost(after: start))"])
        #expect(!bench.group.machine.isPushing)
    }

    @Test("What was told to a port that was closed counts nothing for the next at its place")
    func placeUsedAgain() {
        var (bench, port, _) = bench { $0.maximumPushes = 1 }
        bench.group.subscribe(port, core: &bench.core)
        apply("a", through: port, on: &bench)
        bench.group.closePort(port, core: &bench.core)
        let next = bench.group.openPort()
        #expect(next.place == port.place)
        bench.group.drained(port, PushAmount(count: 1, byteCount: 1))
        bench.group.subscribe(next, core: &bench.core)
        apply("b", through: next, on: &bench)
        #expect(told(&bench, next) == ["b"])
    }

    @Test("Pushes that were not fetched are joined with those of the next turn")
    func notFetched() throws {
        var (bench, port, _) = bench()
        bench.group.subscribe(port, core: &bench.core)
        for text in ["a", "b"] {
            bench.group.submit(
                [PortBatch(port: port, requests: [Self.command(text)])], core: &bench.core, at: bench.now)
            bench.core.endInput(at: bench.now, into: &bench.effects)
            bench.collect()
            bench.sync()
            bench.core.endInput(at: bench.now, into: &bench.effects)
            bench.group.endTurn(core: &bench.core, at: bench.now, into: &bench.effects)
        }
        let news = bench.group.takeNews()
        let batch = try #require(news?.pushes)
        #expect(batch.pushes == ["a", "b"] && batch.amount.count == 2 && batch.after.next.next == batch.through)
    }

    @Test("An entry of a newer version ends subscriptions behind what was pushed before it")
    func halted() {
        var (bench, port, _) = bench()
        bench.group.subscribe(port, core: &bench.core)
        let start = bench.core.groups[0].applied
        bench.core.groups[0].effects.applies = [
            Apply(slot: start.next, action: .command(Payload("a".utf8), token: nil)),
            Apply(slot: start.next.next, action: .halt(kind: 9)),
        ]
        bench.turn()
        bench.group.subscribe(port, core: &bench.core)
        bench.turn()
        #expect(told(&bench, port) == ["a!\(PushesEnd.halted)", "!\(PushesEnd.halted)"])
    }

    @Test("A node that ends tells who subscribes, and who wants to")
    func stopped() {
        var (bench, first, second) = bench()
        bench.group.subscribe(first, core: &bench.core)
        bench.step(.stopRequested(isGraceful: false))
        let hasEnded = bench.core.advanceStop(at: bench.now, into: &bench.effects)
        #expect(hasEnded)
        bench.group.end(core: &bench.core)
        bench.group.subscribe(second, core: &bench.core)
        bench.takeNews()
        #expect(told(&bench, first) == ["!\(PushesEnd.stopped)"] && told(&bench, second) == ["!\(PushesEnd.stopped)"])
    }
}

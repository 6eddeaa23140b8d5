import PaxosBase
import PaxosLog
import Testing

@testable import DecreeNode

@Suite("Queues of requests")
struct QueueTests {
    private let port = PortID(place: 0, generation: 0)
    private let many: UInt64 = 100_000

    private func query(_ token: UInt64) -> WaitingQuery<Tally> { WaitingQuery(port: port, token: token, query: 1) }

    private func barriers(_ count: UInt64, _ queries: inout Queries<Tally>) -> [ReadToken] {
        (0..<count).compactMap { token in
            queries.gather(query(token))
            return queries.closeBarrier()
        }
    }

    @Test("A hundred thousand barriers end in order, or backwards, without a walk for each", .timeLimit(.minutes(1)))
    func manyBarriers() {
        for isBackwards in [false, true] {
            var queries = Queries<Tally>()
            let tokens = barriers(many, &queries)
            for token in isBackwards ? tokens.reversed() : tokens { queries.release(token) }
            #expect(queries.counts.ready == Int(many) && queries.popReady()?.token == (isBackwards ? many - 1 : 0))
        }
    }

    @Test("Each barrier ends once, in whatever order")
    func eachOnce() {
        var queries = Queries<Tally>()
        let tokens = barriers(200, &queries)
        for token in tokens[50..<150] { queries.release(token) }
        #expect(queries.fail(tokens[7]).map(\.token) == [7])
        #expect(queries.fail(tokens[7]).isEmpty && queries.fail(tokens[70]).isEmpty)
        #expect(queries.remove { $1 < 20 }.isEmpty)
        #expect(queries.takeBarriers().map(\.token) == Array(20..<50) + Array(150..<200))
        #expect(queries.counts.waiting == 100)
        queries.release(tokens[3])
        let next = barriers(1, &queries)
        #expect(!tokens.contains(next[0]))
        queries.release(next[0])
        #expect(queries.counts.ready == 101)
    }

    @Test("A hundred thousand held requests expire without a walk for each", .timeLimit(.minutes(1)))
    func manyHeld() {
        var held = HeldRequests<Tally>()
        for token in 0..<many {
            let batch = PortBatch<Tally>(port: port, requests: [.command(Payload([1, 2]), token: token)])
            held.append(batch, until: Instant(nanoseconds: token))
        }
        #expect(held.bytes == 2 * Int(many))
        held.remove { _, token in token == 0 }
        #expect(held.count == Int(many) - 1 && held.bytes == 2 * held.count)
        #expect(held.takeExpired(at: .zero)?.requests.count == 0)
        var expired = 0
        while let batch = held.takeExpired(at: .distantFuture) { expired += batch.requests.count }
        #expect(expired == Int(many) - 1 && held.isEmpty && held.count == 0 && held.bytes == 0)
        #expect(held.nextDeadline == .distantFuture)
    }
}

import DecreeNode
import DecreeStore
import PaxosBase
import Testing

@testable import DecreeServer

@Suite struct RequestBatchTests {
    private func query(_ token: UInt64) -> NodeRequest<Store> { .query(.status, linearizable: false, token: token) }
    private func command(_ token: UInt64) -> NodeRequest<Store> { .command(Payload(), token: token) }

    @Test("What is given up before it was handed over never reaches the node, reads and commands alike")
    func dropped() {
        var batch = RequestBatch()
        for token: UInt64 in 1...4 { batch.append(token.isMultiple(of: 2) ? command(token) : query(token)) }
        batch.giveUp(1, isLongRead: true)
        batch.giveUp(2, isLongRead: false)
        let taken = batch.take()
        #expect(taken.requests.map(\.token) == [3, 4] && taken.stopped.isEmpty)
        #expect(batch.isEmpty)
    }

    @Test("Of what the node has already, only long reads are stopped")
    func stopped() {
        var batch = RequestBatch()
        batch.append(query(5))
        #expect(batch.take().requests.map(\.token) == [5])
        batch.giveUp(5, isLongRead: true)
        batch.giveUp(6, isLongRead: false)
        batch.append(command(7))
        batch.giveUp(8, isLongRead: false)
        let taken = batch.take()
        #expect(taken.requests.map(\.token) == [7] && taken.stopped == [5])
        batch.giveUp(9, isLongRead: false)
        #expect(batch.isEmpty, "nobody needs to hear of it")
    }
}

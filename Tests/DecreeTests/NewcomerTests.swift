import Decree
import Logging
import NIOCore
import NIOPosix
import PaxosBase
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct NewcomerTests {
    @Test("However many strangers connect and keep silent, a member gets in, and one line says that others wait")
    func crowd() async throws {
        let cluster = try await TestCluster(size: 2) {
            $0.maximumNewcomers = 3
            $0.connectTimeout = .seconds(30)
        }
        let lines = LogLines()
        let node = try await Node.start(
            node: NodeID(1), cluster: cluster.description, directory: cluster.path(0), settings: cluster.settings,
            logger: Logger(label: "test") { _ in LineHandler(lines: lines) }, makeMachine: { Notebook() })
        let address = try #require(node.peerAddresses.first)
        var strangers: [any Channel] = []
        for _ in 0..<12 {
            strangers.append(
                try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get())
        }
        // Strangers wait for thirty seconds each; the member does not.
        try await cluster.start(1)
        try await eventually("the member is in", within: .seconds(15)) { node.status.peers[0].isConnected }
        #expect(lines.all.filter { $0.contains("connections to the peer port have to wait") }.count == 1)
        for stranger in strangers { stranger.close(promise: nil) }
        await cluster.stopAll()
        await node.shutdown()
    }
}

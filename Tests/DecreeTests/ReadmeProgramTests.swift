import Decree
import PaxosBase
import Testing

@Suite("The program of the README")
struct ReadmeProgramTests {
    @Test("It counts, and counts on after a restart")
    func counts() async throws {
        let directory = try TemporaryDirectory()
        let member = Member(node: NodeID(1), name: "one", addresses: [PeerAddress(host: "127.0.0.1", port: 0)])
        let cluster = try ClusterDescription(token: "counter", members: [member])
        #expect(try await count(as: NodeID(1), of: cluster, directory: directory.path) == 42)
        #expect(try await count(as: NodeID(1), of: cluster, directory: directory.path) == 84)
    }
}

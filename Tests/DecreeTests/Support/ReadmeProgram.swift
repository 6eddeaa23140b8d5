import Decree
import Logging

struct Counter: SmallStateMachine {
    private var sum: Int64 = 0

    mutating func apply(_ command: ChosenCommand) -> Int64 {
        // Never trap here: the command is in the log for ever, and would end every node at every start.
        sum &+= Int64(String(decoding: command.payload.bytes, as: UTF8.self)) ?? 0
        return sum
    }

    func answer(_ query: Void) -> Int64 { sum }
    func snapshot() -> [UInt8] { Array("\(sum)".utf8) }

    mutating func restore(_ snapshot: [UInt8]) throws(SnapshotError) {
        guard let sum = Int64(String(decoding: snapshot, as: UTF8.self)) else { throw SnapshotError("not a sum") }
        self.sum = sum
    }
}

func count(as member: NodeID, of cluster: ClusterDescription, directory: String) async throws -> Int64 {
    let node = try await Node.start(
        node: member, cluster: cluster, directory: directory, logger: Logger(label: "counter"),
        makeMachine: { Small(Counter()) })
    do {
        _ = try await node.submit(Payload("42".utf8))
    } catch RequestFailure.unknownOutcome {
        print("nobody could say in time whether it counted: ask before trying again")
    }
    let sum = try await node.query(())
    await node.shutdown()
    return sum
}

import Counter
import Decree
import Logging

/// Three nodes in this process, each with a directory and a peer port of its own, as three machines would have.
struct Cluster {
    let description: ClusterDescription
    let directory: String
    private(set) var nodes: [Node<Small<Counter>>?]

    init(size: Int, directory: String, firstPort: Int) throws {
        let members = (1...size).map { number in
            Member(
                node: NodeID(UInt64(number)), name: "node\(number)",
                addresses: [PeerAddress(host: "127.0.0.1", port: firstPort + number - 1)])
        }
        description = try ClusterDescription(token: "counter", members: members)
        self.directory = directory
        nodes = Array(repeating: nil, count: size)
    }

    mutating func start(_ index: Int) async throws {
        var logger = Logger(label: "counter")
        logger.logLevel = .error
        nodes[index] = try await Node.start(
            node: description.members[index].node, cluster: description, directory: "\(directory)/node\(index + 1)",
            logger: logger, makeMachine: { Small(Counter()) })
    }

    /// Without a word to the others: to them it is a machine that lost its power.
    mutating func fail(_ index: Int) async {
        await nodes[index]?.shutdown(graceful: false)
        nodes[index] = nil
    }

    mutating func stop() async { for index in nodes.indices { await fail(index) } }

    /// The position of the node that leads.
    func leader() async throws -> Int {
        while true {
            if let leader = nodes.firstIndex(where: { $0?.status.isLeading == true }) { return leader }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Adds through one node, whichever leads.
    func add(_ number: Int64, through index: Int) async throws -> Counter.Reading {
        guard let node = nodes[index] else { throw RequestFailure.stopped }
        return try await node.submit(Counter.add(number))
    }
}

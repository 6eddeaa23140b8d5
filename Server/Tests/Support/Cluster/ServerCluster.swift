import Foundation

/// What a server is told at its start.
public struct StartLine: Sendable {
    public typealias Option = (name: String, value: String)

    public let arguments: [String]
    public let environment: [String: String?]

    public init(arguments: [String] = [], environment: [String: String?] = [:]) {
        self.arguments = arguments
        self.environment = environment
    }
}

/// Some servers on free ports of the loopback interface, with their data below one temporary directory.
public final class ServerCluster: Sendable {
    public let nodes: [ServerNode]
    public let directory: TemporaryDirectory
    public let program: ServerProgram

    /// Lays a cluster out without starting it. The line of each node is the one that etcd's documentation gives.
    /// - Parameters:
    ///   - extra: more flags, the same for every node.
    ///   - line: how a node is told its options; by flags with separate values if nil.
    public init(
        _ program: ServerProgram, nodes count: Int = 3, extra: [String] = [], token: String = "tests",
        line: ((_ node: Int, _ options: [StartLine.Option], _ directory: String) throws -> StartLine)? = nil
    ) throws {
        self.program = program
        let directory = try TemporaryDirectory(program.name)
        self.directory = directory
        let places = try (1...count).map { number in
            (name: "n\(number)", client: try Ports.free(), peer: try Ports.free())
        }
        let list = places.map { "\($0.name)=http://127.0.0.1:\($0.peer)" }.joined(separator: ",")
        nodes = try places.enumerated().map { index, place in
            let options: [StartLine.Option] = [
                ("name", place.name), ("data-dir", directory.path(place.name)),
                ("listen-client-urls", "http://127.0.0.1:\(place.client)"),
                ("advertise-client-urls", "http://127.0.0.1:\(place.client)"),
                ("listen-peer-urls", "http://127.0.0.1:\(place.peer)"),
                ("initial-advertise-peer-urls", "http://127.0.0.1:\(place.peer)"),
                ("initial-cluster", list), ("initial-cluster-token", token), ("initial-cluster-state", "new"),
            ]
            let plain = StartLine(arguments: options.flatMap { ["--\($0.name)", $0.value] } + extra)
            return ServerNode(
                name: place.name, clientPort: place.client, peerPort: place.peer, directory: directory.path,
                program: program, line: try line?(index, options, directory.path) ?? plain)
        }
    }

    public var ports: [Int] { nodes.map(\.clientPort) }
    public var endpoints: [String] { nodes.map(\.endpoint) }
    public var allEndpoints: String { endpoints.joined(separator: ",") }

    public func start() throws {
        for node in nodes { try node.start() }
        try awaitServing()
    }

    /// Waits until every running node answers a linearizable read.
    public func awaitServing(within limit: Duration = .seconds(20)) throws {
        for node in nodes where node.isRunning { try awaitServing(node, within: limit) }
    }

    public func awaitServing(_ node: ServerNode, within limit: Duration = .seconds(20)) throws {
        try eventually("linearizable reads at \(node.name)", within: limit) {
            guard node.isRunning else { throw LaunchFailure(description: "\(node.name) ended: \(node.logTail)") }
            _ = try node.client().range("health", within: .seconds(1))
            return true
        }
    }

    /// The node that leads, in the eyes of a majority of the nodes that run.
    public func leader(within limit: Duration = .seconds(15)) throws -> ServerNode {
        try eventually("a leader that its followers know", within: limit) {
            let seen = nodes.map { ($0, $0.status()) }
            guard let leader = seen.first(where: { $0.1?.isLeader == true })?.0 else { return nil }
            let id = leader.status()?.header.memberID
            return seen.count { $0.1?.leader == id } * 2 > nodes.count ? leader : nil
        }
    }

    public func followers() throws -> [ServerNode] {
        let leader = try leader()
        return nodes.filter { $0 !== leader }
    }

    /// Waits until all running nodes have applied the same, and returns that revision.
    @discardableResult
    public func awaitEqualRevisions(within limit: Duration = .seconds(20)) throws -> Int64 {
        try eventually("equal revisions of all nodes", within: limit) {
            let revisions = nodes.filter(\.isRunning).map { $0.status()?.header.revision }
            guard let first = revisions.first, let first, revisions.allSatisfy({ $0 == first }) else { return nil }
            return first
        }
    }

    /// Ends whatever still runs and removes the data.
    public func destroy() {
        for node in nodes { node.process?.destroy() }
        directory.remove()
    }
}

/// Runs `body` with a cluster that serves; the processes are gone and the data removed however `body` ends.
///
/// If it throws, the error bears the ends of the servers' logs.
public func withCluster(
    _ program: ServerProgram, nodes: Int = 3, extra: [String] = [], started: Bool = true,
    _ body: (ServerCluster) throws -> Void
) throws {
    try withCluster(try ServerCluster(program, nodes: nodes, extra: extra), started: started, body)
}

public func withCluster(
    _ cluster: ServerCluster, started: Bool = true, _ body: (ServerCluster) throws -> Void
) throws {
    defer { cluster.destroy() }
    do {
        if started { try cluster.start() }
        try body(cluster)
    } catch {
        throw FailureWithLogs(error: "\(error)", logs: cluster.nodes.map(\.logTail))
    }
}

public struct FailureWithLogs: Error, CustomStringConvertible {
    let error: String
    let logs: [String]

    public var description: String { ([error] + logs).joined(separator: "\n") }
}

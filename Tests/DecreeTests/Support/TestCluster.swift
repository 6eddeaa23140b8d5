#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import Decree
import Logging
import NIOCore
import NIOPosix
import PaxosBase
import PaxosLog
import Synchronization
import Testing

/// Nodes in this process, on loopback ports, with directories of their own that go when the test ends.
final class TestCluster {
    let directory: TemporaryDirectory
    var settings: NodeSettings
    let description: ClusterDescription
    private(set) var nodes: [Node<Notebook>?]

    /// - Parameter settings: Changed from quick defaults.
    init(size: Int, token: String = "test", change: (inout NodeSettings) -> Void = { _ in }) async throws {
        directory = try TemporaryDirectory()
        var members: [Member] = []
        for (index, port) in try await freePorts(size).enumerated() {
            members.append(
                Member(
                    node: NodeID(UInt64(index + 1)), name: "node\(index + 1)",
                    addresses: [PeerAddress(host: "127.0.0.1", port: port)]))
        }
        description = try ClusterDescription(token: token, members: members)
        nodes = Array(repeating: nil, count: size)
        settings = NodeSettings()
        settings.journalSegmentBytes = 1 << 20
        settings.replica.heartbeatInterval = .milliseconds(40)
        settings.replica.electionTimeout = .milliseconds(200)
        change(&settings)
    }

    /// The directory of nodes that a failed test left running stays: they end the process when it vanishes.
    deinit { if !running.isEmpty { directory.keep() } }

    func path(_ index: Int) -> String { "\(directory.path)/node\(index + 1)" }

    subscript(index: Int) -> Node<Notebook> { nodes[index]! }

    @discardableResult
    func start(
        _ index: Int, cluster: ClusterDescription? = nil,
        onTurn: (@Sendable (inout Notebook, inout Turn) -> Void)? = nil
    ) async throws -> Node<Notebook> {
        let node = try await Node.start(
            node: NodeID(UInt64(index + 1)), cluster: cluster ?? description, directory: path(index),
            settings: settings, logger: testLogger(), onTurn: onTurn, makeMachine: { Notebook() })
        nodes[index] = node
        return node
    }

    func startAll() async throws { for index in nodes.indices { try await start(index) } }

    func stop(_ index: Int, graceful: Bool = false) async {
        await nodes[index]?.shutdown(graceful: graceful)
        nodes[index] = nil
    }

    func stopAll() async { for index in nodes.indices { await stop(index) } }

    var running: [Int] { nodes.indices.filter { nodes[$0] != nil } }

    /// The one that leads, once all running nodes (or those named) agree on it.
    func leader(among some: [Int]? = nil) async throws -> Int {
        var found = -1
        try await eventually("a leader") {
            let statuses = (some ?? self.running).map { self[$0].status }
            guard let leader = statuses.first?.leader, statuses.allSatisfy({ $0.leader == leader }) else {
                return false
            }
            found = Int(leader.rawValue) - 1
            return self.nodes[found]?.status.isLeading ?? false
        }
        return found
    }

    /// Writes through a node, again as long as nobody leads.
    func write(_ text: String, through index: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            do {
                _ = try await self[index].submit(Payload(text))
                return
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
            }
        }
    }

    func line(_ name: String, through index: Int) async throws -> String? {
        try await self[index].query(.line(name)).text
    }
}

/// Polls until `condition` holds, or fails the test.
func eventually(
    _ what: String, within limit: Duration = .seconds(20), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    var looks = 0
    while try await !condition() {
        // A machine that stood still for a while must not fail a test: time alone is not enough.
        looks += 1
        guard ContinuousClock.now < deadline || looks < 1_000 else { throw Overdue(what: what) }
        try await ContinuousClock().sleep(for: .milliseconds(2))
    }
}

struct Overdue: Error, CustomStringConvertible {
    let what: String
    var description: String { "did not come in time: \(what)" }
}

/// Ports that nobody listens on now.
func freePorts(_ count: Int) async throws -> [Int] {
    var channels: [any Channel] = []
    for _ in 0..<count {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        channels.append(try await bootstrap.bind(host: "127.0.0.1", port: 0).get())
    }
    let ports = channels.compactMap { $0.localAddress?.port }
    for channel in channels { try await channel.close() }
    return ports
}

/// Silent unless `DECREE_TEST_LOG` is set.
func testLogger() -> Logger {
    guard getenv("DECREE_TEST_LOG") != nil else { return Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
    var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .debug
    return logger
}

/// A directory that is removed with everything in it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/decree-test-XXXXXX\0".utf8CString.dropLast())
        guard mkdtemp(&template) != nil else { throw Overdue(what: "a temporary directory") }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    private let isKept = Mutex(false)

    /// Leaves the directory where it is.
    func keep() { isKept.withLock { $0 = true } }

    deinit { if !isKept.withLock({ $0 }) { Self.remove(path) } }

    /// Removes a file or a directory with all it holds.
    static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove("\(path)/\(name)") }
            }
            closedir(directory)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

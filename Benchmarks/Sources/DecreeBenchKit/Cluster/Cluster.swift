import Glibc
import NIOCore

/// A cluster of one server program, run as processes of this machine.
///
/// Used on the main thread only: the servers die with the thread that started them.
public final class Cluster {
    public let program: ServerProgram
    let nodes: [ClusterNode]
    private var processes: [ChildProcess] = []
    private let loop: any EventLoop

    /// Prepares a cluster; nothing runs yet.
    ///
    /// - Parameters:
    ///   - program: what to run.
    ///   - size: how many nodes.
    ///   - folder: where the data goes, one folder a node.
    ///   - loop: where connections that look after the cluster live.
    public init(
        _ program: ServerProgram, size: Int, in folder: ScratchFolder, on loop: any EventLoop
    ) throws(BenchError) {
        self.program = program
        self.loop = loop
        let ports = try FreePorts.take(2 * size)
        nodes = (0..<size).map { index in
            let name = "\(program.name)-\(size)-\(index + 1)"
            return ClusterNode(
                name: name, clientPort: ports[2 * index], peerPort: ports[2 * index + 1],
                directory: "\(folder.path)/\(name)", log: "\(folder.path)/\(name).log")
        }
    }

    /// The process of each node.
    var processIdentifiers: [Int32] { processes.map(\.identifier) }

    /// Where clients connect.
    var clientPorts: [Int] { nodes.map(\.clientPort) }

    /// Starts all nodes and waits until each answers a linearizable read.
    public func start() throws(BenchError) {
        for index in nodes.indices { processes.append(try launch(index)) }
        for index in nodes.indices { try awaitRead(at: index, patienceSeconds: 30) }
    }

    /// Stops all nodes and waits for their end.
    public func stop() {
        for process in processes { process.stop() }
        processes = []
    }

    // MARK: One node

    /// Kills a node (SIGKILL).
    func kill(_ index: Int) { processes[index].kill() }

    /// Asks a node to end, and waits for it.
    func stop(_ index: Int) { processes[index].stop(patienceSeconds: 60) }

    /// Freezes a node (SIGSTOP).
    func freeze(_ index: Int) { processes[index].freeze() }

    /// Lets a frozen node go on.
    func thaw(_ index: Int) { processes[index].thaw() }

    /// Starts a node again with its old line and data; does not wait.
    func restart(_ index: Int) throws(BenchError) { processes[index] = try launch(index) }

    private func launch(_ index: Int) throws(BenchError) -> ChildProcess {
        let node = nodes[index]
        return try ChildProcess(program.path, program.arguments(for: node, of: nodes), log: node.log)
    }

    /// Waits until a node answers a linearizable read.
    ///
    /// - Returns: the revision that it answered with.
    @discardableResult
    func awaitRead(at index: Int, patienceSeconds: Double) throws(BenchError) -> Int64 {
        let deadline = monotonicNanoseconds() + UInt64(patienceSeconds * 1e9)
        while true {
            do {
                let caller = try Caller(port: nodes[index].clientPort, on: loop)
                defer { caller.close() }
                return try caller.revision(timeout: .seconds(2))
            } catch {
                let log = { TextFile.lastLines(of: self.nodes[index].log) }
                guard processes[index].isRunning else {
                    throw .server("\(nodes[index].name) ended by itself: \(processes[index].commandLine)\n\(log())")
                }
                guard monotonicNanoseconds() < deadline else {
                    throw .server("\(nodes[index].name) is not ready: \(error)\n\(log())")
                }
                usleep(2_000)
            }
        }
    }

    /// The number of the node that leads, as the cluster's own status tells; nil if it has no leader now.
    func leader() -> Int? {
        var members: [UInt64] = []
        var leader: UInt64 = 0
        for node in nodes {
            guard let caller = try? Caller(port: node.clientPort, on: loop) else { return nil }
            defer { caller.close() }
            guard let status = try? caller.status() else { return nil }
            members.append(status.member)
            leader = status.leader
        }
        return members.firstIndex(of: leader)
    }

    // MARK: What it costs

    /// The processor time of all nodes so far, in nanoseconds.
    func processorNanoseconds() -> UInt64 {
        processIdentifiers.reduce(0) { $0 + ProcessUsage.nanoseconds(ofProcess: $1) }
    }

    /// The memory of each node in bytes, now.
    func residentBytes() -> [Int] { processIdentifiers.map { ProcessUsage.memory(ofProcess: $0).resident } }

    /// What the data of one node takes on disk, in bytes.
    func diskBytes(of index: Int) -> Int { ScratchFolder.bytesOnDisk(nodes[index].directory) }

    deinit { stop() }
}

import Foundation

/// One server of a cluster: its place, its line, and the process while it runs.
public final class ServerNode: @unchecked Sendable {
    public let name: String
    public let clientPort: Int
    public let peerPort: Int
    public let dataDirectory: String
    public let logFile: String
    private let command: [String]
    private let environment: [String: String?]
    /// Only the test's own thread starts and ends processes.
    public private(set) var process: ChildProcess?

    init(
        name: String, clientPort: Int, peerPort: Int, directory: String, program: ServerProgram, line: StartLine
    ) {
        self.name = name
        self.clientPort = clientPort
        self.peerPort = peerPort
        dataDirectory = directory + "/" + name
        logFile = directory + "/" + name + ".log"
        command = program.command + line.arguments
        environment = line.environment
    }

    public var endpoint: String { "127.0.0.1:\(clientPort)" }
    public var isRunning: Bool { process?.isRunning ?? false }

    /// Starts the process, with more flags than its usual line has if `extra` is given; the log goes on in the same file.
    public func start(extra: [String] = []) throws {
        precondition(!isRunning, "\(name) runs already")
        var options = LaunchOptions(output: logFile, error: logFile)
        options.appends = true
        options.environment = environment
        process = try ChildProcess.launch(command + extra, label: name, options)
    }

    public func send(_ signal: Int32) { process?.send(signal) }

    /// `kill -9`, and waits until the process is gone.
    public func crash() throws {
        send(SIGKILL)
        try process?.wait(within: .seconds(10))
    }

    /// Runs the node's line to its end, for a start that is to be refused.
    public func startExpectingEnd(extra: [String] = [], within limit: Duration = .seconds(20)) throws -> CommandResult {
        try runCommand(command + extra, environment: environment, within: limit)
    }

    public func client() throws(RPCFailure) -> EtcdClient { try EtcdClient(port: clientPort) }

    /// Asks the server of itself; nil if it does not answer within a second.
    public func status() -> Responses.Status? {
        guard isRunning, let client = try? client() else { return nil }
        return try? client.status(within: .seconds(1))
    }

    /// What the process holds in memory.
    public var residentBytes: Int? {
        guard let id = process?.pid,
            let text = try? String(contentsOfFile: "/proc/\(id)/statm", encoding: .utf8)
        else { return nil }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return pages.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
    }

    public var logText: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

    public var logTail: String {
        "--- \(name), the end of its log:\n" + logText.split(separator: "\n").suffix(15).joined(separator: "\n")
    }
}

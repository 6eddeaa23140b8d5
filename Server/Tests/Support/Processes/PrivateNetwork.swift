import Foundation

/// A network of one process's own, in which the standard ports are free whatever else runs on the machine.
///
/// Needs the right to make one (Linux, as root or with user namespaces). Without it programs run in the machine's network.
public struct PrivateNetwork: Sendable {
    /// What stands before a command to run it in a new network.
    private let entry: [String]
    private let isRoot = getuid() == 0

    /// nil: the machine does not permit it, and `ports` are not free either.
    public init?(orElseFree ports: [UInt16]) {
        let entry = ["unshare"] + (isRoot ? ["-n"] : ["-rn"])
        let probe = try? runCommand(entry + ["ip", "link", "set", "lo", "up"])
        if probe?.succeeded == true {
            self.entry = entry + ["sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]
        } else if ports.allSatisfy({ (try? TCPSocket.listening(port: $0)) != nil }) {
            self.entry = []
        } else {
            return nil
        }
    }

    /// Starts a program in a network that its companions join.
    public func launch(_ command: [String], label: String, _ options: LaunchOptions) throws -> ChildProcess {
        try ChildProcess.launch(entry + command, label: label, options)
    }

    /// Runs a command in the network of a process that ``launch(_:label:_:)`` started.
    public func run(_ command: [String], beside process: ChildProcess, input: String? = nil) throws -> CommandResult {
        try runCommand(joining(process) + command, input: input)
    }

    /// Starts a program in the network of a process that ``launch(_:label:_:)`` started.
    public func launch(
        _ command: [String], beside process: ChildProcess, label: String, _ options: LaunchOptions
    ) throws -> ChildProcess {
        try ChildProcess.launch(joining(process) + command, label: label, options)
    }

    /// What stands before a command to run it in the network of a process.
    private func joining(_ process: ChildProcess) -> [String] {
        guard !entry.isEmpty else { return [] }
        return ["nsenter", "-t", "\(process.pid)", "-n"] + (isRoot ? [] : ["-U", "--preserve-credentials"]) + ["--"]
    }
}

import Foundation
import Synchronization

/// How a process ended.
public enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    public var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let signal): "signal \(signal)"
        }
    }
}

/// What a process is started with.
public struct LaunchOptions: Sendable {
    public var directory: String?
    /// Added to, and stronger than, the environment of the tests. nil removes a variable.
    public var environment: [String: String?] = [:]
    /// A file that becomes standard input; nil: empty.
    public var input: String?
    public var output: String
    public var error: String
    /// Added to what the files hold instead of replacing it.
    public var appends = false

    public init(output: String, error: String) {
        self.output = output
        self.error = error
    }
}

public struct LaunchFailure: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}

/// A child process in a process group of its own, that dies with the tests.
public final class ChildProcess: Sendable {
    public let pid: pid_t
    public let label: String
    public let output: String
    public let error: String
    private let status = Mutex<ExitStatus?>(nil)

    private init(pid: pid_t, label: String, options: LaunchOptions) {
        self.pid = pid
        self.label = label
        output = options.output
        error = options.error
    }

    /// - Parameter command: the program's path and its arguments.
    public static func launch(_ command: [String], label: String, _ options: LaunchOptions) throws -> ChildProcess {
        let placed = (options.directory.map { ["env", "-C", $0] } ?? []) + command
        let guarded = (setpriv.map { [$0, "--pdeathsig", "KILL", "--"] } ?? []) + placed
        let outcome: (pid: pid_t, error: Int32) = Launcher.shared.run { spawn(guarded, options) }
        guard outcome.error == 0 else {
            throw LaunchFailure(description: "cannot start \(label): \(String(cString: strerror(outcome.error)))")
        }
        return ChildProcess(pid: outcome.pid, label: label, options: options)
    }

    /// The tool of util-linux that sets the signal of the parent's death before it becomes the program.
    private static let setpriv: String? = ["/usr/bin/setpriv", "/bin/setpriv"].first { path in
        access(path, X_OK) == 0
    }

    public func send(_ signal: Int32) {
        status.withLock { status in
            if status == nil { kill(pid, signal) }
        }
    }

    /// How it ended; nil while it runs.
    public func poll() -> ExitStatus? {
        status.withLock { status in
            if status != nil { return status }
            var raw: Int32 = 0
            guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
            status = raw & 0x7f == 0 ? .exited((raw >> 8) & 0xff) : .signalled(raw & 0x7f)
            return status
        }
    }

    public var isRunning: Bool { poll() == nil }

    @discardableResult
    public func wait(within limit: Duration) throws -> ExitStatus {
        try eventually("the end of \(label)", within: limit, every: .milliseconds(1)) { poll() }
    }

    /// Ends it and all that it started, whatever state it is in.
    public func destroy() {
        guard isRunning else { return }
        kill(-pid, SIGKILL)
        _ = try? wait(within: .seconds(10))
    }

    deinit { destroy() }
}

/// `posix_spawn` in a new process group with default signals. Every other descriptor of the tests is close-on-exec.
private func spawn(_ command: [String], _ options: LaunchOptions) -> (pid: pid_t, error: Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let writing = O_WRONLY | O_CREAT | (options.appends ? O_APPEND : O_TRUNC)
    posix_spawn_file_actions_addopen(&actions, 0, options.input ?? "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, options.output, writing, 0o644)
    if options.output == options.error {
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
    } else {
        posix_spawn_file_actions_addopen(&actions, 2, options.error, writing, 0o644)
    }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var everySignal = sigset_t()
    var noSignal = sigset_t()
    sigfillset(&everySignal)
    sigemptyset(&noSignal)
    posix_spawnattr_setsigdefault(&attributes, &everySignal)
    posix_spawnattr_setsigmask(&attributes, &noSignal)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
        &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] = childEnvironment(options.environment).map { strdup($0) } + [nil]
    defer { (arguments + environment).forEach { free($0) } }
    var pid: pid_t = 0
    let error = posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, &environment)
    return (pid, error)
}

/// The environment of the tests without what would configure a server or its client by accident.
private func childEnvironment(_ changes: [String: String?]) -> [String] {
    var environment = ProcessInfo.processInfo.environment.filter { name, _ in
        !name.hasPrefix("ETCD") && !name.hasPrefix("DECREE")
    }
    for (name, value) in changes { environment[name] = value }
    return environment.map { "\($0.key)=\($0.value)" }.sorted()
}

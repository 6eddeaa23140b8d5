import CDecreeBench
import Glibc

/// A server process that this one started. It never outlives the benchmark.
public final class ChildProcess {
    /// The program and its arguments, for errors.
    public let commandLine: String
    /// Where its output goes.
    public let log: String
    public let identifier: Int32
    private var hasEnded = false

    /// Starts a program. Call it on a thread that lives as long as the benchmark: the child dies with it.
    ///
    /// - Parameters:
    ///   - program: path of the executable.
    ///   - arguments: without the program's name.
    ///   - log: file to which stdout and stderr are appended.
    public init(_ program: String, _ arguments: [String], log: String) throws(BenchError) {
        commandLine = ([program] + arguments).joined(separator: " ")
        self.log = log
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw .system("cannot write \(log): \(systemErrorText())") }
        defer { close(output) }
        var pointers: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        identifier = decree_spawn(program, &pointers, output)
        guard identifier > 0 else { throw .system("cannot start \(program): \(systemErrorText())") }
        CleanUp.add(process: identifier)
    }

    /// Whether it still runs.
    public var isRunning: Bool {
        if hasEnded { return false }
        if waitpid(identifier, nil, WNOHANG) == identifier { ended() }
        return !hasEnded
    }

    /// Asks it to end, and kills it if it has not within the given time.
    public func stop(patienceSeconds: Double = 10) {
        guard isRunning else { return }
        Glibc.kill(identifier, SIGTERM)
        let deadline = monotonicNanoseconds() + UInt64(patienceSeconds * 1e9)
        while isRunning {
            if monotonicNanoseconds() > deadline { return kill() }
            usleep(2_000)
        }
    }

    /// Ends it without giving it a moment (SIGKILL), and waits until it is gone.
    public func kill() {
        guard isRunning else { return }
        Glibc.kill(identifier, SIGKILL)
        waitpid(identifier, nil, 0)
        ended()
    }

    /// Stops it in its tracks (SIGSTOP); its sockets stay open.
    public func freeze() { Glibc.kill(identifier, SIGSTOP) }

    /// Lets it go on after `freeze`.
    public func thaw() { Glibc.kill(identifier, SIGCONT) }

    private func ended() {
        hasEnded = true
        CleanUp.forget(process: identifier)
    }

    deinit { kill() }
}

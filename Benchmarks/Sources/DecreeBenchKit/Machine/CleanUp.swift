import Glibc
import Synchronization

/// What must not outlive the benchmark, however it ends: servers and their data.
///
/// A benchmark that throws stops its servers itself; one that is interrupted is cleaned up after by a thread that waits
/// for the signal; and should the whole process be killed, the kernel kills the servers (see `decree_spawn`).
public enum CleanUp {
    private struct Remains {
        var processes: [Int32] = []
        var folders: [String] = []
    }

    private static let remains = Mutex(Remains())

    /// From now on an interrupt or a termination signal ends the servers and removes their data before the process
    /// exits. Call it first of all, before any thread is made: threads inherit the signal mask.
    public static func beforeInterruption() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var thread = pthread_t()
        pthread_create(&thread, nil, { _ in CleanUp.awaitInterruption() }, nil)
    }

    private static func awaitInterruption() -> UnsafeMutableRawPointer? {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        var signal: Int32 = 0
        sigwait(&signals, &signal)
        now()
        _exit(128 + signal)
    }

    /// Kills what still runs and removes what is left.
    public static func now() {
        let left = remains.withLock { remains in
            defer { remains = Remains() }
            return remains
        }
        for process in left.processes {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        for folder in left.folders { ScratchFolder.remove(folder) }
    }

    static func add(process: Int32) { remains.withLock { $0.processes.append(process) } }
    static func forget(process: Int32) { remains.withLock { $0.processes.removeAll { $0 == process } } }
    static func add(folder: String) { remains.withLock { $0.folders.append(folder) } }
    static func forget(folder: String) { remains.withLock { $0.folders.removeAll { $0 == folder } } }
}

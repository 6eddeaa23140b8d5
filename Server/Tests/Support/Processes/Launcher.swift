import Foundation
import Synchronization

/// The thread that starts every child process.
///
/// Children ask the kernel to kill them when their parent dies (`PR_SET_PDEATHSIG`), and to the kernel the parent is
/// the thread that started them. A pool's thread may end at any time; this one lives as long as the test process, so
/// children die with the tests however these end.
final class Launcher: Sendable {
    static let shared = Launcher()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let pending = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            while true {
                pending.wait()
                jobs.withLock { $0.removeFirst() }()
            }
        }
        thread.name = "launcher"
        thread.start()
    }

    /// Runs `body` on the launcher's thread and waits for it.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
        let answer = Answer<Value>()
        jobs.withLock { $0.append { answer.give(body()) } }
        pending.signal()
        return answer.take()
    }
}

/// A value that one thread gives and another waits for.
private final class Answer<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let given = DispatchSemaphore(value: 0)

    func give(_ newValue: Value) {
        value.withLock { $0 = newValue }
        given.signal()
    }

    func take() -> Value {
        given.wait()
        guard let taken = value.withLock({ $0 }) else { fatalError("signalled without a value") }
        return taken
    }
}

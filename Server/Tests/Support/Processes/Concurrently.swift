import Dispatch
import Foundation
import Synchronization

/// Runs two blocking bodies at the same time, each on a thread of its own, and waits for both.
public func concurrently<First: Sendable, Second: Sendable>(
    _ first: @escaping @Sendable () throws -> First, _ second: @escaping @Sendable () throws -> Second
) throws -> (First, Second) {
    let one = BackgroundRun(first)
    let other = BackgroundRun(second)
    let results = (one.wait(), other.wait())
    return (try results.0.get(), try results.1.get())
}

/// A blocking body that runs on a thread of its own.
public final class BackgroundRun<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    public init(_ body: @escaping @Sendable () throws -> Value) {
        let thread = Thread { [self] in
            let outcome = Result { try body() }
            result.withLock { $0 = outcome }
            done.signal()
        }
        thread.start()
    }

    /// To be called once.
    public func wait() -> Result<Value, any Error> {
        done.wait()
        guard let outcome = result.withLock({ $0 }) else { fatalError("a thread ended without a result") }
        return outcome
    }
}

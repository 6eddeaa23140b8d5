import Logging
import Synchronization

/// Why the server is to end: the operator's word, heard from the first moment on, or the node's own end.
///
/// While the node recovers, which can take long, there is nobody to be served and nothing that a crash would not spare:
/// the process ends at once. Later the reason is handed to whoever awaits it. A second signal always ends the process.
final class StopRequests: Sendable {
    private let logger: Logger
    private let isNodeUp = Mutex(false)
    private let reasons: AsyncStream<String>
    private let sink: AsyncStream<String>.Continuation

    /// Begins to listen.
    init(_ logger: Logger) {
        self.logger = logger
        (reasons, sink) = AsyncStream.makeStream(of: String.self)
        Signals.watch { [self] signal, count in received(signal, count) }
    }

    private func received(_ signal: Int32, _ count: Int) {
        let reason = "received signal: \(Signals.name(signal))"
        if count > 1 {
            logger.warning("received a second signal; ending at once")
            Exit.now(ServeExit.cannotRun.rawValue)
        }
        guard isNodeUp.withLock({ $0 }) else {
            logger.info("stopped before the node was up", metadata: ["reason": "\(reason)"])
            Exit.now(ServeExit.stopped.rawValue)
        }
        request(reason)
    }

    /// From now on a stop is left to whoever awaits the reason.
    func nodeIsUp() { isNodeUp.withLock { $0 = true } }

    func request(_ reason: String) { sink.yield(reason) }

    /// Returns once there is a reason to stop.
    func reason() async -> String {
        for await reason in reasons { return reason }
        return "nobody is left to give a reason"
    }
}

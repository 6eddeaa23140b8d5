import Decree
import Logging

/// How the server ends when its node must not go on: with one line in the log and a code of its own.
struct FaultEnd: Sendable {
    let log: FatalLog

    /// Nothing that runs at exit may write any more.
    func end(_ fault: NodeFault) -> Never {
        log.write("\(fault)")
        Exit.now(ServeExit.fault.rawValue)
    }
}

/// Where the last words go: through the log in its format, and to standard error when nothing of the log does, so that
/// whoever started the server sees why it ended.
struct FatalLog: Sendable {
    let logger: Logger
    let reachesStandardError: Bool

    func write(_ line: String) {
        logger.critical("\(line)")
        if !reachesStandardError { StandardError.write("decree serve: \(line)\n") }
    }
}

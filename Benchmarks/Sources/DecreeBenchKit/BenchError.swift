/// Why a benchmark could not be run, or why its result must not be believed.
public enum BenchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A system call failed; the text says which, on what, and why.
    case system(String)
    /// A program is not there or cannot be executed.
    case programMissing(String)
    /// A server ended by itself, or did not become ready in time; the text ends with the last lines of its log.
    case server(String)
    /// No connection to a server, or it was lost.
    case connection(String)
    /// A server's answer was wrong: a status other than OK, a value that was never written, a read of the past, a
    /// revision that does not fit the number of puts.
    case wrongAnswer(String)

    public var description: String {
        switch self {
        case .system(let text), .programMissing(let text), .server(let text), .connection(let text): text
        case .wrongAnswer(let text): "wrong answer: \(text)"
        }
    }
}

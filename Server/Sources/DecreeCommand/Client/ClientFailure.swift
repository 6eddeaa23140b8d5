/// Why a command of the client did not do what it was asked, what to try next, and what the shell sees.
struct ClientFailure: Error, Hashable, CustomStringConvertible {
    /// Exit codes that scripts can count on.
    enum Code: Int32, Sendable {
        /// The request failed, or no endpoint could be reached.
        case failed = 1
        /// The command line makes no sense.
        case usage = 2
        /// The key that was asked for does not exist.
        case notFound = 3
    }

    let code: Code
    /// What went wrong.
    let description: String
    /// What may help; empty when there is nothing to say.
    let nextStep: String

    init(_ code: Code, _ description: String, nextStep: String = "") {
        self.code = code
        self.description = description
        self.nextStep = nextStep
    }
}

/// Why `decree serve` does not start: one clear line, and what the shell is told.
struct ServeRefusal: Error, Hashable, CustomStringConvertible {
    /// What kind of mistake it is; what the shell sees of it scripts for etcd know.
    enum Code: Sendable {
        /// The options are well formed, but do not fit together or ask for what is not there.
        case badConfiguration
        /// A flag is unknown or its value malformed.
        case badFlag

        var exit: ServeExit {
            switch self {
            case .badConfiguration: .cannotRun
            case .badFlag: .badFlag
            }
        }
    }

    let code: Code
    let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}

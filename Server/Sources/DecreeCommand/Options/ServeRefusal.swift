/// Why `decree serve` does not start: one clear line, and what the shell is told.
struct ServeRefusal: Error, Hashable, CustomStringConvertible {
    /// What the shell sees, as scripts for etcd know it.
    enum Code: Int32, Sendable {
        /// The options are well formed, but do not fit together or ask for what is not there.
        case badConfiguration = 1
        /// A flag is unknown or its value malformed.
        case badFlag = 2
    }

    let code: Code
    let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}

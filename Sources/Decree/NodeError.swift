import PaxosBase

/// Why a node cannot start. Each says in one line what is wrong and, where there is something to do, what to do.
public enum NodeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another process holds the data directory.
    case inUse(directory: String)
    /// The data directory was made by another node.
    case otherNode(directory: String, found: NodeID, expected: NodeID)
    /// The data directory was made for another cluster.
    case otherCluster(directory: String, found: UInt64, expected: UInt64)
    /// The member list that the node was formed with differs from the one it is started with.
    case memberListDiffers(directory: String, recorded: [NodeID], given: [NodeID])
    /// A newer version wrote the directory.
    case newerFormat(path: String, found: UInt32, supported: UInt32)
    /// The directory holds something else.
    case notDecree(directory: String)
    /// A file does not hold what was written to it.
    case damaged(path: String, reason: String)
    /// No snapshot can be used, and the journal alone does not reach back far enough.
    case snapshotUnusable(directory: String, reason: String)
    /// None of the addresses can be listened on.
    case cannotListen(PeerAddress, reason: String)
    /// The system refused an operation on a file.
    case fileSystem(path: String, operation: String, reason: String)
    case invalidConfiguration(ConfigurationError)

    public var description: String {
        switch self {
        case .inUse(let directory): "data directory \(directory) is in use by another process"
        case .otherNode(let directory, let found, let expected):
            "data directory \(directory) belongs to node \(found), not to \(expected)"
        case .otherCluster(let directory, let found, let expected):
            "data directory \(directory) belongs to cluster \(hexadecimal(found)), not to \(hexadecimal(expected))"
        case .memberListDiffers(let directory, let recorded, let given):
            "data directory \(directory) was formed with members \(recorded), but the node was started with \(given)"
        case .newerFormat(let path, let found, let supported):
            "\(path) has format \(found), newer than the \(supported) that this version knows: use a newer version"
        case .notDecree(let directory):
            "\(directory) is neither empty nor a data directory of Decree: give another directory"
        case .damaged(let path, let reason):
            "\(path) is damaged (\(reason)): restore the directory or replace this member"
        case .snapshotUnusable(let directory, let reason): "no snapshot in \(directory) can be used: \(reason)"
        case .cannotListen(let address, let reason): "cannot listen for peers on \(address): \(reason)"
        case .fileSystem(let path, let operation, let reason): "cannot \(operation) \(path): \(reason)"
        case .invalidConfiguration(let error): error.description
        }
    }
}

/// Sixteen hexadecimal digits, as identifiers are shown to people.
func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

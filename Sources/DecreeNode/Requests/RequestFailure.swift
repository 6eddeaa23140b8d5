/// Why a request ended without an output or an answer.
public enum RequestFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The command may or may not be applied: nobody could say in time.
    case unknownOutcome
    /// No quorum was reached in time. A command was certainly not proposed.
    case noLeader
    /// A query took longer than its deadline.
    case timedOut
    /// Too many requests wait already; nothing happened.
    case overloaded
    /// The command is larger than peers take (`NodeSettings.maximumCommandBytes`); nothing happened.
    case tooLarge
    /// The disk is full; nothing happened.
    case journalFull
    /// The node's disk is full, so that it cannot take what the query would have to see; another node may answer it.
    case lagging
    /// The node is shutting down. A command was certainly not proposed.
    case stopped
    /// The log holds an entry of a newer version: this node must be upgraded to go on. A command was certainly not
    /// proposed: those that were under way when the node met the entry end with ``unknownOutcome``.
    case halted

    public var description: String {
        switch self {
        case .unknownOutcome: "the outcome of the command is unknown"
        case .noLeader: "no quorum of the cluster was reached in time"
        case .timedOut: "the query took longer than its deadline"
        case .overloaded: "too many requests are waiting"
        case .tooLarge: "the command is larger than the node's peers take"
        case .journalFull: "the disk is full: free some space, writes go on by themselves then"
        case .lagging: "the disk is full, so this node lags behind: ask another one, or free some space"
        case .stopped: "the node is shutting down"
        case .halted: "the node must be upgraded: the log holds an entry of a newer version"
        }
    }
}

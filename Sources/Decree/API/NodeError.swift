import DecreeJournal
import DecreeNode
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
    /// A file of the directory holds what only a newer version knows.
    case newerContent(path: String, reason: String)
    /// A file in the directory belongs to another one.
    case foreignFile(path: String, reason: String)
    /// The directory holds the data of another program.
    case notDecree(directory: String, found: String)
    /// The node was to find data, and there is none.
    case nothingRecorded(directory: String)
    /// The volume of the directory is too small for a journal.
    case volumeTooSmall(directory: String, byteCount: Int, minimum: Int)
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
        case .inUse(let directory):
            "data directory \(directory) is in use by another process: stop that one, or give this node a directory of "
                + "its own"
        case .otherNode(let directory, let found, let expected):
            "data directory \(directory) belongs to node \(found), not to \(expected): check this node's name and "
                + "addresses, or give another directory"
        case .otherCluster(let directory, let found, let expected):
            "data directory \(directory) belongs to cluster \(hexadecimal(found)), not to \(hexadecimal(expected)): "
                + "check the member list and the cluster token, or give another directory"
        case .memberListDiffers(let directory, let recorded, let given):
            "data directory \(directory) was formed with members \(recorded), but the node was started with \(given): "
                + "start it with the list that its cluster was formed with"
        case .newerFormat(let path, let found, let supported):
            "\(path) has format \(found), newer than the \(supported) that this version knows: use a newer version"
        case .newerContent(let path, let reason):
            "\(path) was written by a newer version (\(reason)): use that version"
        case .notDecree(let directory, let found):
            "\(directory) is no data directory of Decree, it seems to hold another store's data (\(found)): give "
                + "another directory"
        case .nothingRecorded(let directory):
            "\(directory) holds no data, but this node is to be a member of a cluster that exists already: if its volume "
                + "is missing, mount it; if its data is lost, replace this member; only to begin a new cluster start it "
                + "with the initial cluster state \"new\""
        case .volumeTooSmall(let directory, let byteCount, let minimum):
            "the volume of \(directory) has \(byteCount >> 20) MiB, and at least \(minimum >> 20) MiB are needed for "
                + "journal and snapshots: give a directory on a larger one"
        case .foreignFile(let path, let reason):
            "\(path) is not of this data directory (\(reason)): put the files back where they came from"
        case .damaged(let path, let reason):
            "\(path) is damaged (\(reason)): replace this member (remove it from the cluster, and add a new one under "
                + "another identity with an empty directory; no older copy of this directory will do, it forgot promises)"
        case .snapshotUnusable(let directory, let reason): "no snapshot in \(directory) can be used: \(reason)"
        case .cannotListen(let address, let reason):
            "cannot listen for peers on \(address): \(reason): choose an address of this machine and a free port"
        case .fileSystem(let path, let operation, let reason): "cannot \(operation) \(path): \(reason)"
        case .invalidConfiguration(let error): error.description
        }
    }
}

extension NodeError {
    /// Why a directory is not that of the node that was to be started.
    init(_ finding: IdentityFinding, directory: String) {
        self =
            switch finding {
            case .otherCluster(let found, let expected):
                .otherCluster(directory: directory, found: found, expected: expected)
            case .otherNode(let found, let expected): .otherNode(directory: directory, found: found, expected: expected)
            case .membersDiffer(let recorded, let given):
                .memberListDiffers(directory: directory, recorded: recorded, given: given)
            }
    }

    /// Why a journal cannot be opened, each finding with its own next step.
    init(_ error: JournalError, journal path: String) {
        func file(_ segment: SegmentNumber) -> String { "\(path)/\(segment.fileName)" }
        self =
            switch error {
            case .damaged(let damage): .damaged(path: file(damage.segment), reason: error.finding)
            case .missing, .unreadable: .damaged(path: path, reason: error.finding)
            case .newerFormat(let segment, let found, let known):
                .newerFormat(path: file(segment), found: found, supported: known)
            case .unknownRecord(let segment, _, _): .newerContent(path: file(segment), reason: error.finding)
            case .foreign(let segment, _, _): .foreignFile(path: file(segment), reason: error.finding)
            case .thread(let name, let number):
                .fileSystem(
                    path: path, operation: "start the thread \(name) for", reason: FileError.advisedText(of: number))
            case .file(let operation, let path, let number):
                .fileSystem(path: path, operation: operation.rawValue, reason: FileError.advisedText(of: number))
            }
    }
}

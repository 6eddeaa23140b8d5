#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import DecreeWire
import PaxosBase
import Synchronization

/// A node's place on disk: `identity`, `journal/` and `snapshots/`, locked for as long as this lives.
final class DataDirectory: Sendable {
    let path: String
    /// Held as long as the directory is.
    private let lock: Mutex<Int32?>

    var journalPath: String { "\(path)/journal" }
    var snapshotsPath: String { "\(path)/snapshots" }
    private var identityPath: String { "\(path)/identity" }

    private init(path: String, lock: Int32) {
        self.path = path
        self.lock = Mutex(lock)
    }

    deinit { unlock() }

    /// Lets another process have the directory.
    func unlock() {
        lock.withLock { lock in
            if let descriptor = lock.take() { close(descriptor) }
        }
    }

    /// Opens the data directory of a node, or makes it.
    /// - Returns: The directory and the identity found or minted.
    /// - Throws: ``NodeError`` when the directory is held by another process, or is not this node's.
    static func open(
        path: String, node: NodeID, clusterID: UInt64
    ) throws(NodeError) -> (directory: DataDirectory, identity: Identity) {
        do {
            let existed = FileSystem.exists(path)
            if !existed { try makeAll(path) }
            let names = try FileSystem.list(path)
            let isOurs =
                names.contains("identity") || names.allSatisfy { ["lock", "identity.tmp", "lost+found"].contains($0) }
            guard isOurs else { throw NodeError.notDecree(directory: path) }
            guard let lock = try FileSystem.lock("\(path)/lock") else { throw NodeError.inUse(directory: path) }
            let directory = DataDirectory(path: path, lock: lock)
            let identity = try directory.loadIdentity(node: node, clusterID: clusterID)
            try FileSystem.makeDirectory(directory.journalPath)
            try FileSystem.makeDirectory(directory.snapshotsPath)
            try FileSystem.syncDirectory(path)
            return (directory, identity)
        } catch let error as NodeError {
            throw error
        } catch let error as FileError {
            throw error.nodeError
        } catch {
            throw .fileSystem(path: path, operation: "open", reason: "\(error)")
        }
    }

    /// Makes the directory with all those above it, durably: one that a power cut takes away takes promises with it.
    private static func makeAll(_ path: String) throws(FileError) {
        var parent = path.hasPrefix("/") ? "/" : "."
        var end = path.startIndex
        while end < path.endIndex {
            end = path[end...].dropFirst().firstIndex(of: "/") ?? path.endIndex
            let directory = String(path[..<end])
            if !FileSystem.exists(directory) {
                try FileSystem.makeDirectory(directory)
                try FileSystem.syncDirectory(parent)
            }
            parent = directory
        }
    }

    /// Chance from the system, which the cores must not touch but a host may.
    private func mintStore() -> StoreID {
        StoreID(high: UInt64.random(in: 1...UInt64.max), low: UInt64.random(in: 1...UInt64.max))
    }

    private func loadIdentity(node: NodeID, clusterID: UInt64) throws -> Identity {
        guard let bytes = try FileSystem.readFile(identityPath) else {
            let identity = Identity(clusterID: clusterID, node: node, store: mintStore())
            try FileSystem.replaceFile(directory: path, name: "identity", bytes: identity.encoded())
            return identity
        }
        let identity = try Identity(decoding: bytes, path: identityPath)
        guard identity.clusterID == clusterID else {
            throw NodeError.otherCluster(directory: path, found: identity.clusterID, expected: clusterID)
        }
        guard identity.node == node else {
            throw NodeError.otherNode(directory: path, found: identity.node, expected: node)
        }
        return identity
    }

    /// Replaces the identity, durably.
    func record(_ identity: Identity) throws(NodeError) {
        do {
            try FileSystem.replaceFile(directory: path, name: "identity", bytes: identity.encoded())
        } catch {
            throw error.nodeError
        }
    }
}

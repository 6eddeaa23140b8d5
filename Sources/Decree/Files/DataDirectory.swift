#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import DecreeNode
import DecreeWire
import PaxosBase
import Synchronization

/// A node's place on disk: `identity`, `journal/` and `snapshots/`, locked for as long as this lives.
final class DataDirectory: Sendable {
    let path: String
    /// Held as long as the directory is.
    private let locks: Mutex<[Int32]>

    var journalPath: String { "\(path)/journal" }
    var snapshotsPath: String { "\(path)/snapshots" }
    private var identityPath: String { "\(path)/identity" }

    private init(path: String, locks: [Int32]) {
        self.path = path
        self.locks = Mutex(locks)
    }

    deinit { unlock() }

    /// Lets another process have the directory.
    func unlock() {
        locks.withLock { locks in
            for descriptor in locks { close(descriptor) }
            locks = []
        }
    }

    /// Opens the data directory of a node, or makes it.
    /// - Parameter mayBegin: Otherwise there has to be one.
    /// - Returns: The directory and the identity found or minted.
    /// - Throws: ``NodeError`` when the directory is held by another process, or holds something else.
    static func open(
        path: String, node: NodeID, cluster: ClusterDescription, mayBegin: Bool = true
    ) throws(NodeError) -> (directory: DataDirectory, identity: Identity) {
        do {
            try judge(path, mayBegin: mayBegin)
            if !FileSystem.exists(path) { try makeAll(path) }
            let directory = DataDirectory(path: path, locks: try takeLocks(path))
            let identity = try directory.loadIdentity(node: node, cluster: cluster)
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

    private static func takeLocks(_ path: String) throws -> [Int32] {
        guard let file = try FileSystem.lock("\(path)/lock") else { throw NodeError.inUse(directory: path) }
        do {
            guard let folder = try FileSystem.lockDirectory(path) else { throw NodeError.inUse(directory: path) }
            return [file, folder]
        } catch {
            close(file)
            throw error
        }
    }

    /// Whether a node has been started in this directory before: then what it is stands there.
    static func isBegun(_ path: String) -> Bool { FileSystem.exists("\(path)/identity") }

    /// A first start takes what it finds (certificates, logs, dotfiles, `lost+found`), unless it looks like a store.
    private static func judge(_ path: String, mayBegin: Bool) throws {
        guard !isBegun(path) else { return }
        let names = FileSystem.exists(path) ? try FileSystem.list(path) : []
        for name in names {
            if OtherStore.isOne(name) { throw NodeError.notDecree(directory: path, found: name) }
            if ["journal", "snapshots"].contains(name), try !FileSystem.list("\(path)/\(name)").isEmpty {
                throw NodeError.damaged(path: "\(path)/identity", reason: "it is missing, though there is a \(name)")
            }
        }
        guard mayBegin else { throw NodeError.nothingRecorded(directory: path) }
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

    private func loadIdentity(node: NodeID, cluster: ClusterDescription) throws -> Identity {
        if let bytes = try FileSystem.readFile(identityPath) {
            return try Identity(decoding: bytes, path: identityPath)
        }
        var identity = Identity(clusterID: cluster.clusterID, node: node, store: mintStore())
        identity.cluster = cluster
        try FileSystem.replaceFile(directory: path, name: "identity", bytes: identity.encoded())
        return identity
    }

    /// Tries to replace the identity.
    func isRecorded(_ identity: Identity) -> Bool {
        do throws(NodeError) { try record(identity) } catch { return false }
        return true
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

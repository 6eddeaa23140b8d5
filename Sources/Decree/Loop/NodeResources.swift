import NIOCore
import NIOPosix
import Synchronization

/// The threads and the lock that a node holds until it has stopped.
final class NodeResources: Sendable {
    private let group: MultiThreadedEventLoopGroup?
    private let files: NIOThreadPool
    private let directory: DataDirectory
    /// Begun by the first caller, awaited by all.
    private let releasing = Mutex<Task<Void, Never>?>(nil)

    init(group: MultiThreadedEventLoopGroup?, files: NIOThreadPool, directory: DataDirectory) {
        self.group = group
        self.files = files
        self.directory = directory
    }

    /// Lets go of all once the node has ended; however many call it, it is done once, and none returns before.
    /// - Parameter ended: Asked by the first caller only: later its event loop may be gone.
    func release(after ended: EventLoopFuture<Void>) async {
        let task = releasing.withLock { releasing in
            if let releasing { return releasing }
            let begun = Task { [files, group, directory] in
                try? await ended.get()
                try? await files.shutdownGracefully()
                try? await group?.shutdownGracefully()
                directory.unlock()
            }
            releasing = begun
            return begun
        }
        await task.value
    }
}

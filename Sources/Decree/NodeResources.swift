import NIOCore
import NIOPosix
import Synchronization

/// The threads and the lock that a node holds until it has stopped.
final class NodeResources: Sendable {
    private let group: MultiThreadedEventLoopGroup?
    private let files: NIOThreadPool
    private let directory: DataDirectory
    private let isReleased = Mutex(false)

    init(group: MultiThreadedEventLoopGroup?, files: NIOThreadPool, directory: DataDirectory) {
        self.group = group
        self.files = files
        self.directory = directory
    }

    /// Lets go of all; later calls do nothing.
    func release() async {
        let isFirst = isReleased.withLock { isReleased in
            defer { isReleased = true }
            return !isReleased
        }
        guard isFirst else { return }
        try? await files.shutdownGracefully()
        try? await group?.shutdownGracefully()
        directory.unlock()
    }
}

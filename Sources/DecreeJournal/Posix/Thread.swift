#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A thread of the operating system, for work that blocks.
struct Thread: @unchecked Sendable {
    // A thread's name is a plain value, which some platforms spell as a pointer.
    private let handle: pthread_t

    /// Starts it.
    /// - Parameters:
    ///   - name: For tools that list threads; at most 15 bytes.
    ///   - raisesPriority: Asks for a higher priority than others have; refused without harm where that needs a
    ///     privilege. A journal's latency is mostly that of its wake-up.
    /// - Throws: ``JournalError/thread(name:errno:)``.
    init(
        name: String, raisesPriority: Bool = false, _ body: @escaping @Sendable () -> Void
    ) throws(JournalError) {
        let start = Unmanaged.passRetained(Start(name: name, raisesPriority: raisesPriority, body: body))
        #if canImport(Darwin)
        var handle: pthread_t?
        let result = pthread_create(&handle, nil, { run($0) }, start.toOpaque())
        #elseif canImport(Musl)
        var handle: pthread_t?
        let result = pthread_create(&handle, nil, { run($0!) }, start.toOpaque())
        #else
        var handle = pthread_t()
        let result = pthread_create(&handle, nil, { run($0!) }, start.toOpaque())
        #endif
        guard result == 0 else {
            start.release()
            throw .thread(name: name, errno: result)
        }
        #if canImport(Darwin) || canImport(Musl)
        self.handle = handle!
        #else
        self.handle = handle
        #endif
    }

    /// Waits for its end. Once.
    func join() { pthread_join(handle, nil) }
}

private final class Start: Sendable {
    let name: String
    let raisesPriority: Bool
    let body: @Sendable () -> Void

    init(name: String, raisesPriority: Bool, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.raisesPriority = raisesPriority
        self.body = body
    }
}

private func run(_ opaque: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    let start = Unmanaged<Start>.fromOpaque(opaque).takeRetainedValue()
    nameThread(start.name)
    #if canImport(Glibc)
    // Of a process in name; this system means the calling thread.
    if start.raisesPriority { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, -10) }
    #endif
    start.body()
    return nil
}

private func nameThread(_ name: String) {
    #if canImport(Darwin)
    pthread_setname_np(name)
    #else
    // The function for it is not among those that Swift sees here.
    let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    let bytes = Array(name.utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
    #endif
}

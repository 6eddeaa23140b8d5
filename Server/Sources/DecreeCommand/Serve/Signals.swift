import Foundation

/// The operator's word to stop.
enum Signals {
    /// Calls `body` for every SIGINT and SIGTERM that comes from now on, with the number of signals so far.
    ///
    /// None is lost: the handler stands when this returns, and puts the signal into a pipe, from which a thread of its own takes
    /// it, however busy or blocked all others are. (A source of Dispatch is registered some time after it was resumed, and what
    /// comes in between is lost.)
    /// - Parameter body: Called on that thread. Without a descriptor for the pipe it is never called, and signals end the process.
    static func watch(_ body: @escaping @Sendable (_ signal: Int32, _ count: Int) -> Void) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        let (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        pipeForSignals = writing
        Thread.detachNewThread { read(from: reading, body) }
        for number in [SIGINT, SIGTERM] { signal(number, noteSignal) }
    }

    private static func read(from descriptor: Int32, _ body: (Int32, Int) -> Void) {
        var count = 0
        while true {
            var number: UInt8 = 0
            guard Foundation.read(descriptor, &number, 1) == 1 else { continue }
            count += 1
            body(Int32(number), count)
        }
    }

    static func name(_ number: Int32) -> String {
        switch number {
        case SIGINT: "interrupt"
        case SIGTERM: "terminated"
        default: "signal \(number)"
        }
    }
}

/// Where the handler writes to: written once, before there is a handler.
nonisolated(unsafe) private var pipeForSignals: Int32 = -1

/// Runs on whichever thread the signal meets, and so does nothing but what is safe there.
private func noteSignal(_ number: Int32) {
    let kept = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(pipeForSignals, &byte, 1)
    errno = kept
}

/// Tells systemd that the service is ready, when systemd asked to be told.
enum ServiceManager {
    /// - Parameter state: `READY=1` or `STOPPING=1`.
    static func notify(_ state: String) {
        guard let path = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"], !path.isEmpty else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        // A leading @ stands for the abstract name space.
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        var message = Array(state.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(descriptor, &message, message.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }
}

import Dispatch
import Foundation
import Synchronization

/// The operator's word to stop.
enum Signals {
    private static let watcher = Mutex<Watcher?>(nil)

    /// Calls `body` for every SIGINT and SIGTERM that comes from now on, with the number of signals so far.
    static func watch(_ body: @escaping @Sendable (_ signal: Int32, _ count: Int) -> Void) {
        let watcher = Watcher(body)
        Self.watcher.withLock { $0 = watcher }
    }

    /// Keeps the sources alive. Dispatch's are safe to use from any thread, but do not say so to the compiler.
    private final class Watcher: @unchecked Sendable {
        private var sources: [any DispatchSourceSignal] = []
        private let count = Mutex(0)

        init(_ body: @escaping @Sendable (Int32, Int) -> Void) {
            for number in [SIGINT, SIGTERM] {
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { [self] in
                    let count = count.withLock { count in
                        // Signals that came before the handler ran are one call of it.
                        count += Int(source.data)
                        return count
                    }
                    body(number, count)
                }
                source.resume()
                sources.append(source)
            }
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

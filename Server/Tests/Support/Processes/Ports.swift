import Foundation
import Synchronization

/// Free TCP ports of this machine.
///
/// They lie below the range from which the kernel takes the local ports of outgoing connections: a server that is
/// killed and started again must find its port free, also while clients keep dialling.
public enum Ports {
    private static let handedOut = Mutex<Set<UInt16>>([])

    public static func free() throws -> Int {
        let highest = min(lowestEphemeral(), 32_768) - 1
        for _ in 0..<1_000 {
            let candidate = UInt16.random(in: 10_000...highest)
            let isNew = handedOut.withLock { $0.insert(candidate).inserted }
            if isNew, isFree(candidate) { return Int(candidate) }
        }
        throw LaunchFailure(description: "no free port between 10000 and \(highest)")
    }

    private static func lowestEphemeral() -> UInt16 {
        let text = (try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)) ?? ""
        let first = text.split(whereSeparator: \.isWhitespace).first.flatMap { UInt16($0) } ?? 32_768
        return max(first, 12_000)
    }

    /// Whether the kernel lets somebody listen there now.
    private static func isFree(_ port: UInt16) -> Bool {
        guard let socket = try? TCPSocket.listening(port: port) else { return false }
        socket.close()
        return true
    }
}

/// A stream socket of the loopback interface, non-blocking; closed with its last reference.
public final class TCPSocket: Sendable {
    public let descriptor: Int32
    private let isClosed = Mutex(false)

    private init() throws {
        descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure("socket") }
    }

    /// Connects; a listener that does not answer (a stopped process with a full queue) is given up after a second.
    public static func connected(to port: Int) throws -> TCPSocket {
        let result = try TCPSocket()
        _ = fcntl(result.descriptor, F_SETFL, O_NONBLOCK)
        if result.withAddress(port, Glibc.connect) != 0 {
            guard errno == EINPROGRESS, result.awaitReady(writing: true, milliseconds: 1_000) else {
                throw SocketFailure("connect to port \(port)")
            }
            var pending: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(result.descriptor, SOL_SOCKET, SO_ERROR, &pending, &size)
            errno = pending
            guard pending == 0 else { throw SocketFailure("connect to port \(port)") }
        }
        var one: Int32 = 1
        setsockopt(result.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        return result
    }

    public static func listening(port: UInt16) throws -> TCPSocket {
        let result = try TCPSocket()
        var one: Int32 = 1
        setsockopt(result.descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard result.withAddress(Int(port), Glibc.bind) == 0, listen(result.descriptor, 16) == 0 else {
            throw SocketFailure("listen on port \(port)")
        }
        return result
    }

    /// Takes the next connection; nil if none waits.
    public func accept() -> TCPSocket? {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { return nil }
        _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return TCPSocket(descriptor: accepted)
    }

    private init(descriptor: Int32) { self.descriptor = descriptor }

    /// Sends all of the bytes.
    /// - Returns: False when the connection has ended.
    public func sendAll(_ bytes: some Collection<UInt8>) -> Bool {
        let bytes = Array(bytes)
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EAGAIN {
                _ = awaitReady(writing: true, milliseconds: 50)
                continue
            }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    /// POLLRDHUP: the other end closed or reset the connection, though what it sent before was not read yet.
    public var hasEnded: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(0x2000), revents: 0)
        return Glibc.poll(&entry, 1, 0) > 0
    }

    /// Ends the connection in both directions; the descriptor stays.
    public func shutdown() { Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func withAddress(
        _ port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Waits until the socket can be read, or written if `writing`; false after the limit.
    public func awaitReady(writing: Bool, milliseconds: Int32) -> Bool {
        let events = Int16(POLLIN) | (writing ? Int16(POLLOUT) : 0)
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        return Glibc.poll(&entry, 1, milliseconds) > 0
    }

    /// Sends as much as the system takes.
    /// - Returns: how many bytes; none also when the other side has closed.
    public func sendSome(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { max(0, send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))) }
    }

    public func close() {
        isClosed.withLock { isClosed in
            if !isClosed { Glibc.close(descriptor) }
            isClosed = true
        }
    }

    deinit { close() }
}

public struct SocketFailure: Error, CustomStringConvertible {
    public let description: String
    public let code: Int32

    init(_ operation: String) {
        code = errno
        description = "\(operation): \(String(cString: strerror(code)))"
    }
}

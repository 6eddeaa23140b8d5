import Foundation
import Synchronization

/// Stands before the peer port of a node and passes on what comes, unless it is told to let connections stall or to damage
/// what they carry.
public final class PeerProxy: Sendable {
    public let port: Int
    /// The port of the node itself.
    public let target: Int
    private let listener: TCPSocket
    private let state = Mutex(State())

    private struct State {
        var connections: [Connection] = []
        var isClosed = false
        var damagePerMille = 0
        var damages = 0
        var recordings: [[UInt8]] = []
    }

    /// Of how many of a thousand pieces that pass some byte is changed.
    public var damagePerMille: Int {
        get { state.withLock { $0.damagePerMille } }
        set { state.withLock { $0.damagePerMille = newValue } }
    }

    /// How many pieces were changed.
    public var damages: Int { state.withLock { $0.damages } }

    /// What came from those who dialled, as it began.
    public var recordings: [[UInt8]] { state.withLock { $0.recordings } }

    /// A connection between peers, as the proxy sees it.
    public enum Kind: Sendable { case commands, heartbeats }

    private final class Connection: Sendable {
        let dialler: TCPSocket
        let node: TCPSocket
        let kind = Mutex<Kind?>(nil)
        let isStalled = Mutex(false)

        init(_ dialler: TCPSocket, _ node: TCPSocket) {
            self.dialler = dialler
            self.node = node
        }
    }

    public init(to target: Int) throws {
        self.target = target
        port = try Ports.free()
        listener = try TCPSocket.listening(port: UInt16(port))
        Thread { [self] in accept() }.start()
    }

    /// Nothing passes any more on the connections of this kind that are open now; later ones work.
    public func stall(_ kind: Kind) {
        for connection in open(kind) { connection.isStalled.withLock { $0 = true } }
    }

    /// How many connections of this kind have said hello and are open.
    public func connections(of kind: Kind) -> Int { open(kind).count }

    private func open(_ kind: Kind) -> [Connection] {
        state.withLock { $0.connections }.filter { $0.kind.withLock { $0 } == kind }
    }

    public func close() { state.withLock { $0.isClosed = true } }

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    private func accept() {
        while !isClosed {
            guard listener.awaitReady(writing: false, milliseconds: 100), let dialler = listener.accept() else {
                continue
            }
            guard let node = try? TCPSocket.connected(to: target) else {
                dialler.close()
                continue
            }
            let connection = Connection(dialler, node)
            state.withLock { $0.connections.append(connection) }
            Thread { [self] in pass(from: dialler, to: node, of: connection, isGreeting: true) }.start()
            Thread { [self] in pass(from: node, to: dialler, of: connection, isGreeting: false) }.start()
        }
        listener.close()
    }

    private func pass(from source: TCPSocket, to target: TCPSocket, of connection: Connection, isGreeting: Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var greeting: [UInt8]? = isGreeting ? [] : nil
        var recording: [UInt8] = []
        while !isClosed {
            guard source.awaitReady(writing: false, milliseconds: 50) else { continue }
            if connection.isStalled.withLock({ $0 }) {
                // Neither taken nor ended, until the dialler gives it up.
                if source.hasEnded { break }
                usleep(50_000)
                continue
            }
            let count = recv(source.descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EAGAIN { continue }
            guard count > 0 else { break }
            greeting?.append(contentsOf: buffer[..<count])
            if let bytes = greeting, let kind = Self.kind(of: bytes) {
                connection.kind.withLock { $0 = kind }
                greeting = nil
            }
            if isGreeting, recording.count < Self.recordedByteCount { recording += buffer[..<count] }
            var bytes = Array(buffer[..<count])
            if damages(bytes: &bytes) { break }
            guard target.sendAll(bytes) else { break }
        }
        if !recording.isEmpty { state.withLock { $0.recordings = [recording] + $0.recordings.prefix(50) } }
        source.shutdown()
        target.shutdown()
        state.withLock { $0.connections.removeAll { $0 === connection } }
    }

    private static let recordedByteCount = 20_000

    /// Changes what passes, by chance.
    /// - Returns: Whether the connection is cut behind none of it.
    private func damages(bytes: inout [UInt8]) -> Bool {
        guard Int.random(in: 0..<1_000) < damagePerMille else { return false }
        state.withLock { $0.damages += 1 }
        if Int.random(in: 0..<4) == 0 { return true }
        Self.change(&bytes)
        return false
    }

    /// Changes, removes or inserts some bytes.
    public static func change(_ bytes: inout [UInt8]) {
        for _ in 0...Int.random(in: 0..<3) {
            guard let place = bytes.indices.randomElement() else { return }
            switch Int.random(in: 0..<5) {
            case 0: bytes[place] = .random(in: 0...255)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
            default: bytes.removeLast(bytes.count - place)
            }
        }
    }

    /// What a connection is for, by the byte before the last four of its hello (Docs/FORMATS.md).
    private static func kind(of bytes: [UInt8]) -> Kind? {
        guard bytes.count >= 16 else { return nil }
        let end = 16 + Int(bytes[8]) + Int(bytes[9]) << 8
        guard bytes.count >= end else { return nil }
        return bytes[end - 5] == 1 ? .commands : .heartbeats
    }
}

extension ServerCluster {
    /// A cluster whose nodes know each other by the addresses of proxies only.
    /// - Returns: Also the proxies, one before each node.
    public static func behindProxies(_ program: ServerProgram) throws -> (cluster: ServerCluster, proxies: [PeerProxy])
    {
        var proxies: [String: PeerProxy] = [:]
        func replaced(_ text: String) throws -> String {
            try text.split(separator: ",").map { part in
                let colon = part.lastIndex(of: ":")!
                let port = String(part[part.index(after: colon)...])
                let proxy = try proxies[port] ?? PeerProxy(to: Int(port)!)
                proxies[port] = proxy
                return part[...colon] + "\(proxy.port)"
            }.joined(separator: ",")
        }
        let cluster = try ServerCluster(program) { _, options, _ in
            let changed = try options.map { option in
                ["initial-cluster", "initial-advertise-peer-urls"].contains(option.name)
                    ? (option.name, try replaced(option.value)) : option
            }
            return StartLine(arguments: changed.flatMap { ["--\($0.0)", $0.1] })
        }
        return (cluster, Array(proxies.values))
    }
}

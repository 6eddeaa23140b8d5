import DecreeHTTP2
import NIOCore

/// The connections over which clients load a cluster, spread evenly over its endpoints.
///
/// Opened on the main thread and used on the loop only.
final class LoadConnections: @unchecked Sendable {
    let loop: any EventLoop
    private(set) var all: [GRPCConnection] = []
    /// Keeps the delegate alive, which the connections do not.
    private var delegate: (any GRPCConnectionDelegate)?

    /// - Parameter count: rounded up to the same number for each port.
    init(ports: [Int], count: Int, on loop: any EventLoop) throws(BenchError) {
        self.loop = loop
        let perPort = (max(1, count) + ports.count - 1) / ports.count
        var configuration = GRPCClientConfiguration()
        configuration.streamWindowBytes = 4 << 20
        configuration.userAgent = "decree-bench"
        for port in Array(repeating: ports, count: perPort).joined() { try open(port, configuration) }
    }

    private func open(_ port: Int, _ configuration: GRPCClientConfiguration) throws(BenchError) {
        let loop = loop
        do {
            let connection = try loop.makeFutureWithTask {
                try await GRPCConnection.connect(host: "127.0.0.1", port: port, on: loop, configuration)
            }.wait()
            all.append(connection)
        } catch {
            throw .connection("\(error)")
        }
    }

    /// Answers on all connections go to the delegate, until `close`. On the loop.
    func setDelegate(_ delegate: any GRPCConnectionDelegate) {
        self.delegate = delegate
        for connection in all { connection.setDelegate(delegate) }
    }

    /// Closes the connections; not on the loop.
    func close() {
        let connections = all
        try? loop.makeFutureWithTask { for connection in connections { await connection.close() } }.wait()
        delegate = nil
    }
}

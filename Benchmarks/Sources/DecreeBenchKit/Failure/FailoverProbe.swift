import DecreeHTTP2
import DecreeRPC
import NIOCore

/// Puts at a steady pace to every endpoint and remembers when each was acknowledged, to see how long a cluster takes
/// no writes.
///
/// The pace does not wait for answers: were the clients to wait, those stuck at the failed node would hide how the
/// others fare. Confined to the loop between `start` and the result.
final class FailoverProbe: GRPCConnectionDelegate, @unchecked Sendable {
    /// Between two puts to the same endpoint. It bounds how finely a gap is seen.
    private static let interval = TimeAmount.milliseconds(5)
    /// How long a put may take; longer than any failover, so that a put which waits for the new leader is not lost.
    private static let timeoutNanoseconds: Int64 = 5_000_000_000
    private static let valueBytes = 256

    private let loop: any EventLoop
    private var connections: [GRPCConnection]
    private let paths: [PreparedPath]
    private var template = RequestTemplate.put(valueBytes: valueBytes)
    private var nextKey: Int
    private var task: RepeatedTask?
    /// When puts were acknowledged, in order, in nanoseconds.
    private(set) var acknowledgements: [UInt64] = []
    /// The keys of those puts.
    private(set) var acknowledgedKeys: [Int] = []
    /// Puts that ended with an error.
    private(set) var failures = 0

    /// - Parameters:
    ///   - connections: one to each endpoint.
    ///   - firstKey: keys from here on are written, each once.
    init(_ connections: [GRPCConnection], firstKey: Int, on loop: any EventLoop) {
        self.connections = connections
        self.loop = loop
        nextKey = firstKey
        paths = connections.map { $0.prepare(Method.put) }
    }

    /// The value that is put to a key.
    static func value(of key: Key) -> SealedValue {
        SealedValue(key: key, sequence: UInt64(key.index), byteCount: valueBytes)
    }

    func start() {
        for connection in connections { connection.setDelegate(self) }
        task = loop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.interval) { _ in
            for index in self.connections.indices { self.put(to: index) }
        }
    }

    /// Ends the pace. Puts that are open are not waited for.
    ///
    /// - Returns: the first key that was not used.
    func stop() -> Int {
        task?.cancel()
        return nextKey
    }

    private func put(to index: Int) {
        guard connections[index].isOpen else { return }
        let key = Key(nextKey)
        nextKey += 1
        template.setKey(key)
        template.setValue(Self.value(of: key))
        template.bytes.withUnsafeBytes {
            connections[index].start(
                paths[index], message: $0, tag: UInt64(key.index), timeout: Self.timeoutNanoseconds)
        }
        connections[index].flush()
    }

    func completed(_ tag: UInt64, status: RPCStatus, message: UnsafeRawBufferPointer) {
        guard status.code == .ok else {
            failures += 1
            return
        }
        acknowledgements.append(monotonicNanoseconds())
        acknowledgedKeys.append(Int(tag))
    }

    /// The longest time without an acknowledgement, in milliseconds.
    ///
    /// - Parameters:
    ///   - times: of acknowledgements, ascending.
    ///   - failure: when the node failed: only a gap that ends after it counts.
    static func longestGap(_ times: [UInt64], after failure: UInt64) -> Double {
        zip(times, times.dropFirst()).reduce(0) { longest, pair in
            pair.1 <= failure ? longest : max(longest, Double(pair.1 - pair.0) / 1e6)
        }
    }
}

import DecreeHTTP2
import DecreeRPC
import NIOCore

/// One connection for single calls whose answer is waited for: readiness, revisions, status. Not for load.
///
/// Blocks; never use it on an event loop.
final class Caller {
    private let connection: GRPCConnection

    init(port: Int, on loop: any EventLoop) throws(BenchError) {
        connection = try Self.wait(loop) { () throws(GRPCConnectionError) in
            try await GRPCConnection.connect(host: "127.0.0.1", port: port, on: loop)
        }
    }

    func close() {
        let connection = connection
        try? Self.wait(connection.eventLoop) { await connection.close() }
    }

    /// Makes a unary call.
    func call(_ path: String, _ message: [UInt8], timeout: Duration = .seconds(10)) throws(BenchError) -> [UInt8] {
        let connection = connection
        return try Self.wait(connection.eventLoop) { () throws(RPCStatus) in
            try await connection.call(path, message, timeout: timeout)
        }
    }

    /// The revision of the store, by a linearizable read that finds nothing.
    func revision(timeout: Duration = .seconds(10)) throws(BenchError) -> Int64 {
        var request = MessageBuilder()
        request.field(1, bytes: Array("!".utf8))
        request.field(9, 1)  // count_only
        let answer = try call(Method.range, request.bytes, timeout: timeout)
        let view = answer.withUnsafeBytes { ResponseReader.range($0) { _ in } }
        guard let view else { throw .wrongAnswer("a range was answered with what is no RangeResponse") }
        return view.revision
    }

    /// Counts all keys of the benchmark.
    func countOfKeys() throws(BenchError) -> Int64 {
        var request = MessageBuilder()
        request.field(1, bytes: Key(0).bytes)
        request.field(2, bytes: Key(Key.limit).bytes)
        request.field(9, 1)  // count_only
        let answer = try call(Method.range, request.bytes, timeout: .seconds(60))
        let view = answer.withUnsafeBytes { ResponseReader.range($0) { _ in } }
        guard let view else { throw .wrongAnswer("a count was answered with what is no RangeResponse") }
        return view.count
    }

    /// Reads all keys of the benchmark with their values, page by page, as clients page: the next begins behind the
    /// last key.
    ///
    /// - Parameter isRight: judges each key and value.
    /// - Returns: how many were wrong.
    func readAllKeys(pageSize: Int, isRight: (Key, UnsafeRawBufferPointer) -> Bool) throws(BenchError) -> Int {
        var next = Key(0).bytes
        var faults = 0
        while true {
            var request = MessageBuilder()
            request.field(1, bytes: next)
            request.field(2, bytes: Key(Key.limit).bytes)
            request.field(3, UInt64(pageSize))
            let answer = try call(Method.range, request.bytes, timeout: .seconds(60))
            let view = answer.withUnsafeBytes { message in
                ResponseReader.range(message) { pair in
                    next = Array(pair.key) + [0]
                    guard let key = Key(pair.key), isRight(key, pair.value) else {
                        faults += 1
                        return
                    }
                }
            }
            guard let view else { throw .wrongAnswer("a range was answered with what is no RangeResponse") }
            if !view.flag { return faults }
        }
    }

    /// Who answers and whom it takes for the leader, from `Maintenance.Status`.
    func status() throws(BenchError) -> (member: UInt64, leader: UInt64) {
        let answer = try call(Method.status, [], timeout: .seconds(2))
        var status: (member: UInt64, leader: UInt64) = (0, 0)
        answer.withUnsafeBytes { message in
            var reader = FieldReader(message)
            while let field = reader.next() {
                if field.number == 1 { status.member = Self.member(inHeader: field.bytes) }
                if field.number == 4 { status.leader = field.value }
            }
        }
        return status
    }

    private static func member(inHeader header: UnsafeRawBufferPointer) -> UInt64 {
        var reader = FieldReader(header)
        while let field = reader.next(), field.number <= 2 {
            if field.number == 2 { return field.value }
        }
        return 0
    }

    private static func wait<Value: Sendable, Failure: Error>(
        _ loop: any EventLoop, _ body: @escaping @Sendable () async throws(Failure) -> Value
    ) throws(BenchError) -> Value {
        do {
            return try loop.makeFutureWithTask { try await body() }.wait()
        } catch {
            throw .connection("\(error)")
        }
    }
}

/// The paths of the calls that the benchmark makes.
enum Method {
    static let range = "/etcdserverpb.KV/Range"
    static let put = "/etcdserverpb.KV/Put"
    static let transaction = "/etcdserverpb.KV/Txn"
    static let status = "/etcdserverpb.Maintenance/Status"
}

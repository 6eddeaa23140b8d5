import CNghttp2
import Foundation

/// A gRPC client on one plaintext connection, with nothing of the product in it.
///
/// Made for tests: one thread uses it, blocking in ``pump(for:)``; any number of calls may be under way. Hand it from
/// thread to thread, but do not share it.
public final class RPCConnection {
    public typealias CallID = Int32

    let port: Int
    private let socket: TCPSocket
    private var session: OpaquePointer?
    private var outgoing: [UInt8] = []
    private var calls: [CallID: Call] = [:]
    /// Why the connection is of no use any more.
    public private(set) var failure: String?

    /// What is known of a call.
    struct Call {
        var request: [UInt8]
        var sent = 0
        var staysOpen: Bool
        var received: [UInt8] = []
        var httpStatus = ""
        var status: Int?
        var message = ""
        var isClosed = false
    }

    public init(port: Int) throws(RPCFailure) {
        self.port = port
        do {
            socket = try TCPSocket.connected(to: port)
        } catch {
            throw .unreachable("\(error)")
        }
        openSession()
    }

    deinit { nghttp2_session_del(session) }

    /// Sends a request; the answer is awaited with ``pump(for:)`` and taken with ``takeResult(of:)``.
    /// - Parameter staysOpen: for streams: the client's half of the stream is not closed.
    public func begin(_ path: String, _ message: [UInt8], staysOpen: Bool = false) -> CallID {
        let fields: [(StaticString, [UInt8])] = [
            (":method", Array("POST".utf8)), (":scheme", Array("http".utf8)), (":path", Array(path.utf8)),
            (":authority", Array("127.0.0.1:\(port)".utf8)), ("content-type", Array("application/grpc".utf8)),
            ("te", Array("trailers".utf8)),
        ]
        var provider = nghttp2_data_provider()
        provider.read_callback = readRequest
        let id = withFields(fields) { nghttp2_submit_request(session, nil, $0, fields.count, &provider, nil) }
        precondition(id > 0, "nghttp2 refused a request: \(id)")
        calls[id] = Call(request: Self.frame(message), staysOpen: staysOpen)
        return id
    }

    /// The answer of a call that has ended, which is forgotten with that; nil while it is under way.
    public func takeResult(of id: CallID) -> Result<[UInt8], RPCFailure>? {
        guard let call = calls[id] else { return .failure(.disconnected("unknown call")) }
        if !call.isClosed {
            guard let failure else { return nil }
            calls[id] = nil
            return .failure(.disconnected(failure))
        }
        calls[id] = nil
        guard let status = call.status else {
            return .failure(.disconnected("stream closed without a status, HTTP status '\(call.httpStatus)'"))
        }
        guard status == 0 else { return .failure(.status(code: status, message: call.message)) }
        var rest = call.received[...]
        return .success(Self.nextMessage(in: &rest) ?? [])
    }

    /// The next whole message that a stream brought.
    public func takeMessage(of id: CallID) -> [UInt8]? {
        guard var rest = calls[id]?.received[...], let message = Self.nextMessage(in: &rest) else { return nil }
        calls[id]?.received = Array(rest)
        return message
    }

    /// Gives a call up and tells the server.
    public func cancel(_ id: CallID) {
        guard calls.removeValue(forKey: id) != nil else { return }
        nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, NGHTTP2_CANCEL.rawValue)
    }

    /// A whole unary call.
    /// - Parameter limit: after it the call is cancelled.
    public func call(_ path: String, _ message: [UInt8], within limit: Duration) throws(RPCFailure) -> [UInt8] {
        let deadline = Deadline(after: limit)
        let id = begin(path, message)
        while true {
            pump(for: deadline.remaining)
            if let result = takeResult(of: id) { return try result.get() }
            if deadline.hasPassed {
                cancel(id)
                pump(for: .zero)
                throw .timedOut
            }
        }
    }

    /// Sends what is to be sent and receives what has come; waits for the latter no longer than `limit`.
    public func pump(for limit: Duration) {
        guard failure == nil else { return }
        let wait = Int32(min((limit.nanoseconds + 999_999) / 1_000_000, 60_000))
        flush()
        guard failure == nil, socket.awaitReady(writing: !outgoing.isEmpty, milliseconds: wait) else { return }
        receive()
        flush()
    }

    private func receive() {
        var buffer = [UInt8](repeating: 0, count: 256 * 1_024)
        while failure == nil {
            let count = recv(socket.descriptor, &buffer, buffer.count, 0)
            if count == 0 { return fail("closed by the server") }
            if count < 0 {
                if errno == EAGAIN || errno == EINTR { return }
                return fail(String(cString: strerror(errno)))
            }
            let used = nghttp2_session_mem_recv(session, buffer, count)
            if used < 0 { return fail("protocol error \(String(cString: nghttp2_strerror(Int32(used))))") }
            if count < buffer.count { return }
        }
    }

    private func flush() {
        while failure == nil {
            var bytes: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(session, &bytes)
            if count < 0 { return fail(String(cString: nghttp2_strerror(Int32(count)))) }
            if count == 0 { break }
            outgoing.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
        }
        guard failure == nil, !outgoing.isEmpty else { return }
        let sent = send(socket.descriptor, outgoing, outgoing.count, Int32(MSG_NOSIGNAL))
        if sent >= 0 {
            outgoing.removeFirst(sent)
        } else if errno != EAGAIN, errno != EINTR {
            fail(String(cString: strerror(errno)))
        }
    }

    private func fail(_ reason: String) { failure = failure ?? reason }
}

extension RPCConnection {
    /// One gRPC message: a byte for compression, four for the length, the message.
    static func frame(_ message: [UInt8]) -> [UInt8] {
        let length = UInt32(message.count)
        return [0, UInt8(length >> 24), UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255)]
            + message
    }

    static func nextMessage(in bytes: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard bytes.count >= 5 else { return nil }
        let length = bytes.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 5 + length else { return nil }
        let message = Array(bytes.dropFirst(5).prefix(length))
        bytes = bytes.dropFirst(5 + length)
        return message
    }
}

// MARK: - nghttp2

extension RPCConnection {
    private func openSession() {
        var callbacks: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        defer { nghttp2_session_callbacks_del(callbacks) }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameLength, value, length, _, user in
            guard let frame, let connection = RPCConnection.from(user) else { return 0 }
            let name = UnsafeBufferPointer(start: name, count: nameLength)
            let value = UnsafeBufferPointer(start: value, count: length)
            connection.header(frame.pointee.hd.stream_id, String(decoding: name, as: UTF8.self), value)
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, bytes, count, user in
            RPCConnection.from(user)?.data(stream, UnsafeBufferPointer(start: bytes, count: count))
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, _, user in
            RPCConnection.from(user)?.calls[stream]?.isClosed = true
            return 0
        }
        nghttp2_session_client_new(&session, callbacks, Unmanaged.passUnretained(self).toOpaque())
        var settings = [
            nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: 1 << 24)
        ]
        nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), &settings, settings.count)
        nghttp2_session_set_local_window_size(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, 1 << 26)
    }

    fileprivate static func from(_ user: UnsafeMutableRawPointer?) -> RPCConnection? {
        user.map { Unmanaged<RPCConnection>.fromOpaque($0).takeUnretainedValue() }
    }

    private func header(_ id: CallID, _ name: String, _ value: UnsafeBufferPointer<UInt8>) {
        let text = String(decoding: value, as: UTF8.self)
        switch name {
        case ":status": calls[id]?.httpStatus = text
        case "grpc-status": calls[id]?.status = Int(text)
        case "grpc-message": calls[id]?.message = text.removingPercentEncoding ?? text
        default: break
        }
    }

    private func data(_ id: CallID, _ bytes: UnsafeBufferPointer<UInt8>) {
        calls[id]?.received.append(contentsOf: bytes)
    }

    /// Copies as much of a request as fits, and closes the client's half behind it.
    fileprivate func request(
        _ id: CallID, into buffer: UnsafeMutableBufferPointer<UInt8>, _ flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        guard let call = calls[id] else { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
        let count = min(call.request.count - call.sent, buffer.count)
        if count == 0, call.staysOpen { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        _ = buffer.update(fromContentsOf: call.request[call.sent..<call.sent + count])
        calls[id]?.sent += count
        if call.sent + count == call.request.count, !call.staysOpen { flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
        return count
    }
}

private func readRequest(
    _: OpaquePointer?, _ stream: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ length: Int,
    _ flags: UnsafeMutablePointer<UInt32>?, _: UnsafeMutablePointer<nghttp2_data_source>?,
    _ user: UnsafeMutableRawPointer?
) -> Int {
    guard let connection = RPCConnection.from(user), let flags else { return 0 }
    return connection.request(stream, into: UnsafeMutableBufferPointer(start: buffer, count: length), flags)
}

/// Lays header fields out as nghttp2 wants them, for as long as `body` runs.
private func withFields<Value>(
    _ fields: [(StaticString, [UInt8])], _ body: (UnsafePointer<nghttp2_nv>?) -> Value
) -> Value {
    let values = fields.map { field in
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: field.1.count)
        _ = memory.initialize(fromContentsOf: field.1)
        return memory
    }
    defer { values.forEach { $0.deallocate() } }
    let entries = zip(fields, values).map { field, value in
        nghttp2_nv(
            name: UnsafeMutablePointer(mutating: field.0.utf8Start), value: value.baseAddress,
            namelen: field.0.utf8CodeUnitCount, valuelen: value.count, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
    }
    return entries.withUnsafeBufferPointer { body($0.baseAddress) }
}

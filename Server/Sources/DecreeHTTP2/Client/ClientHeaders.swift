import CNghttp2

/// The request headers of a connection, in memory that lives as long as it.
final class ClientHeaders {
    private var fields: [nghttp2_nv] = []
    private var paths: [nghttp2_nv] = []
    private var memory: [UnsafeMutableBufferPointer<UInt8>] = []
    private let pathPosition = 2

    init(authority: String, userAgent: String) {
        fields = [
            field(":method", "POST"), field(":scheme", "http"), field(":path", "/"), field(":authority", authority),
            field("te", "trailers"), field("content-type", "application/grpc"), field("user-agent", userAgent),
        ]
    }

    deinit {
        for block in memory { block.deallocate() }
    }

    /// Keeps a path.
    func add(_ path: String) -> PreparedPath {
        paths.append(field(":path", path))
        return PreparedPath(index: paths.count - 1)
    }

    /// Calls `body` with the header list of a call.
    func withFields<Result>(
        _ path: PreparedPath, _ further: [(name: String, value: [UInt8])],
        _ body: (UnsafeMutablePointer<nghttp2_nv>, Int) -> Result
    ) -> Result {
        fields[pathPosition] = paths[path.index]
        guard !further.isEmpty else {
            return fields.withUnsafeMutableBufferPointer { body($0.baseAddress!, $0.count) }
        }
        return HTTP2Codec.withFields(further) { more, count in
            var all = fields + UnsafeBufferPointer(start: more, count: count)
            return all.withUnsafeMutableBufferPointer { body($0.baseAddress!, $0.count) }
        }
    }

    private func field(_ name: StaticString, _ value: String) -> nghttp2_nv {
        let block = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, value.utf8.count))
        _ = block.initialize(from: value.utf8)
        memory.append(block)
        return nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.utf8Start), value: block.baseAddress,
            namelen: name.utf8CodeUnitCount, valuelen: value.utf8.count,
            flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue))
    }
}

/// The functions that nghttp2 calls on the client's side.
enum ClientCallbacks {
    static func make() -> OpaquePointer {
        var callbacks: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        guard let callbacks else { invariantFailure("no memory for the callbacks of the HTTP/2 codec") }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameLength, value, valueLength, _, session in
            guard let frame else { return 0 }
            onSession(session) {
                $0.headerArrived(
                    frame.pointee.hd.stream_id, UnsafeBufferPointer(start: name, count: nameLength),
                    UnsafeBufferPointer(start: value, count: valueLength))
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, streamID, data, length, session in
            onSession(session) { $0.dataArrived(streamID, UnsafeRawBufferPointer(start: data, count: length)) }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, session in
            guard let frame, UInt32(frame.pointee.hd.type) == UInt32(NGHTTP2_GOAWAY.rawValue) else { return 0 }
            onSession(session) { $0.goAwayArrived(frame.pointee.goaway) }
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, streamID, errorCode, session in
            onSession(session) { $0.streamClosed(streamID, errorCode: errorCode) }
            return 0
        }
        return callbacks
    }

    /// Asks for the next bytes of a request.
    static let readData: nghttp2_data_source_read_callback = { _, _, buffer, length, flags, source, session in
        guard let pointer = source?.pointee.ptr, let flags else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
        let target = UnsafeMutableRawBufferPointer(start: buffer, count: length)
        return onSession(session) { $0.provideData(ClientCall.index(pointer), into: target, flags) }
    }
}

@inline(__always)
private func onSession<Result>(_ session: UnsafeMutableRawPointer?, _ body: (ClientSession) -> Result) -> Result {
    Unmanaged<ClientSession>.fromOpaque(session!)._withUnsafeGuaranteedRef(body)
}

import CNghttp2

/// The functions that nghttp2 calls; each finds its connection and passes on.
enum HTTP2Callbacks {
    /// - Returns: a table that every session of a loop uses.
    static func make() -> OpaquePointer {
        var callbacks: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        guard let callbacks else { invariantFailure("no memory for the callbacks of the HTTP/2 codec") }
        setReceiving(callbacks)
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, streamID, _, connection in
            onConnection(connection) { $0.streamClosed(streamID) }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, connection in
            if let frame { onConnection(connection) { $0.frameSent(frame.pointee.hd) } }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, problem, connection in
            if let frame { onConnection(connection) { $0.frameNotSent(frame.pointee.hd, problem) } }
            return 0
        }
        nghttp2_session_callbacks_set_send_data_callback(callbacks) { _, frame, header, length, source, connection in
            guard let header, let source else { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
            return onConnection(connection) { $0.sendData(header, length, index: callIndex(source)) }
        }
        return callbacks
    }

    private static func setReceiving(_ callbacks: OpaquePointer) {
        nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, connection in
            if let header { onConnection(connection) { $0.frameBegins(header.pointee) } }
            return 0
        }
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, connection in
            guard let frame else { return 0 }
            onConnection(connection) { $0.headersBegin(frame.pointee.hd.stream_id) }
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, _, name, nameLength, value, valueLength, _, connection in
            onConnection(connection) {
                $0.head.pointee.take(
                    UnsafeBufferPointer(start: name, count: nameLength),
                    UnsafeBufferPointer(start: value, count: valueLength))
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            _, flags, streamID, data, length, connection in
            let chunk = UnsafeRawBufferPointer(start: data, count: length)
            let endsStream = flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
            onConnection(connection) { $0.dataArrived(streamID, chunk, frameEndsStream: endsStream) }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, connection in
            if let frame { onConnection(connection) { $0.frameArrived(frame) } }
            return 0
        }
    }

    /// Asks for the next bytes of a response.
    static let readData: nghttp2_data_source_read_callback = { _, _, _, length, flags, source, connection in
        guard let source, let flags else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
        return onConnection(connection) { $0.provideData(callIndex(source), atMost: length, flags) }
    }

    /// A data source carries the index of its call.
    static func source(_ index: UInt32) -> nghttp2_data_source {
        nghttp2_data_source(ptr: UnsafeMutableRawPointer(bitPattern: Int(index) + 1))
    }
}

@inline(__always)
private func callIndex(_ source: UnsafeMutablePointer<nghttp2_data_source>) -> UInt32 {
    UInt32(Int(bitPattern: source.pointee.ptr) - 1)
}

@inline(__always)
private func onConnection<Result>(
    _ connection: UnsafeMutableRawPointer?, _ body: (HTTP2Connection) -> Result
) -> Result {
    Unmanaged<HTTP2Connection>.fromOpaque(connection!)._withUnsafeGuaranteedRef(body)
}

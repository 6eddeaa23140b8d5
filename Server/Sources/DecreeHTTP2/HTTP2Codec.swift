import CNghttp2

/// A name or value in memory that outlives every call, as the codec's no-copy flags ask for.
private func fixed(_ text: StaticString) -> (UnsafeMutablePointer<UInt8>, Int) {
    (UnsafeMutablePointer(mutating: text.utf8Start), text.utf8CodeUnitCount)
}

/// What all sessions of one event loop share: the callbacks, the options, and the headers of every answer.
final class HTTP2Codec {
    let callbacks: OpaquePointer
    let options: OpaquePointer
    /// `:status: 200`, `content-type: application/grpc`, what may be sent to this server, and the status OK.
    let okHeaders: UnsafeMutablePointer<nghttp2_nv>
    /// How many of `okHeaders` stand before a message, and how many make an answer without one.
    static let leadingHeaders = 3
    static let allHeaders = 4
    /// What stands before messages that may be compressed.
    let gzipHeaders: UnsafeMutablePointer<nghttp2_nv>
    static let gzipHeaderCount = 4
    /// The encodings of messages that are understood.
    static let encodings: StaticString = "identity,gzip"
    /// `grpc-status` with each code.
    let statuses: UnsafeMutablePointer<nghttp2_nv>

    private static let noCopy = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)
    private static let codeTexts: [StaticString] = [
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
    ]

    init() {
        callbacks = HTTP2Callbacks.make()
        options = Self.makeOptions()
        statuses = .allocate(capacity: Self.codeTexts.count)
        for (code, text) in Self.codeTexts.enumerated() {
            (statuses + code).initialize(to: Self.field("grpc-status", text))
        }
        okHeaders = .allocate(capacity: Self.allHeaders)
        okHeaders.initialize(to: Self.field(":status", "200"))
        (okHeaders + 1).initialize(to: Self.field("content-type", "application/grpc"))
        (okHeaders + 2).initialize(to: Self.field("grpc-accept-encoding", Self.encodings))
        (okHeaders + 3).initialize(to: statuses[0])
        gzipHeaders = .allocate(capacity: Self.gzipHeaderCount)
        gzipHeaders.initialize(from: okHeaders, count: Self.leadingHeaders)
        (gzipHeaders + Self.leadingHeaders).initialize(to: Self.field("grpc-encoding", "gzip"))
    }

    deinit {
        nghttp2_session_callbacks_del(callbacks)
        nghttp2_option_del(options)
        statuses.deallocate()
        okHeaders.deallocate()
        gzipHeaders.deallocate()
    }

    private static func makeOptions() -> OpaquePointer {
        var options: OpaquePointer?
        nghttp2_option_new(&options)
        guard let options else { invariantFailure("no memory for the options of the HTTP/2 codec") }
        nghttp2_option_set_no_auto_window_update(options, 1)
        nghttp2_option_set_no_closed_streams(options, 1)
        // grpc-go sends a whole URL as `:authority` where the client was given one, and nghttp2 would reset the stream for
        // it. What matters of a request's head (method, path, content type) is checked here anyway.
        nghttp2_option_set_no_http_messaging(options, 1)
        // Our own guard against floods comes first and can say why it closes.
        nghttp2_option_set_max_outbound_ack(options, 10_000)
        nghttp2_option_set_stream_reset_rate_limit(options, 1 << 40, 1 << 40)
        return options
    }

    static func field(_ name: StaticString, _ value: StaticString) -> nghttp2_nv {
        let (name, nameLength) = fixed(name)
        let (value, valueLength) = fixed(value)
        return nghttp2_nv(name: name, value: value, namelen: nameLength, valuelen: valueLength, flags: noCopy)
    }

    /// Calls `body` with fields whose memory is only valid inside; the codec copies them.
    static func withFields<Result>(
        _ fields: [(name: String, value: [UInt8])], _ body: (UnsafeMutablePointer<nghttp2_nv>, Int) -> Result
    ) -> Result {
        var bytes: [UInt8] = []
        for field in fields {
            bytes.append(contentsOf: field.name.utf8)
            bytes.append(contentsOf: field.value)
        }
        bytes.append(0)
        return bytes.withUnsafeMutableBufferPointer { memory in
            var position = memory.baseAddress!
            var list: [nghttp2_nv] = []
            for field in fields {
                let nameLength = field.name.utf8.count
                list.append(
                    nghttp2_nv(
                        name: position, value: position + nameLength, namelen: nameLength,
                        valuelen: field.value.count, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
                position += nameLength + field.value.count
            }
            return list.withUnsafeMutableBufferPointer { body($0.baseAddress!, $0.count) }
        }
    }
}

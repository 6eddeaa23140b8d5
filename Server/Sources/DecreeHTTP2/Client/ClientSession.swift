import CNghttp2
import DecreeRPC
import NIOCore

/// The client's side of an HTTP/2 connection: the codec's session and the calls that are open on it.
final class ClientSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    weak var delegate: (any GRPCConnectionDelegate)?
    private(set) var bytesReceived: UInt64 = 0
    private(set) var bytesSent: UInt64 = 0
    var calls = ContiguousArray<ClientCall>()
    private(set) var openCalls = 0

    private let configuration: GRPCClientConfiguration
    private let eventLoop: any EventLoop
    private var context: ChannelHandlerContext?
    private var session: OpaquePointer?
    private var freeCalls: [Int] = []
    private var paths: [String: PreparedPath] = [:]
    /// The header list of a call without metadata; the path is put in for each call.
    private let headers: ClientHeaders
    private var output = ByteBuffer()
    private var isReceiving = false
    private var isPumping = false
    private var flushIsScheduled = false
    private var isClosing = false
    /// Why the server takes no more calls.
    private var goAway: String?
    private var closeReason: String?

    init(authority: String, _ configuration: GRPCClientConfiguration, _ eventLoop: any EventLoop) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        headers = ClientHeaders(authority: authority, userAgent: configuration.userAgent)
    }

    deinit {
        for index in calls.indices { calls[index].freeMemory() }
    }

    // MARK: Beginning and end

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let callbacks = ClientCallbacks.make()
        defer { nghttp2_session_callbacks_del(callbacks) }
        var options: OpaquePointer?
        nghttp2_option_new(&options)
        defer { nghttp2_option_del(options) }
        nghttp2_option_set_no_closed_streams(options, 1)
        nghttp2_option_set_peer_max_concurrent_streams(options, .max)
        let me = Unmanaged.passUnretained(self).toOpaque()
        guard nghttp2_session_client_new2(&session, callbacks, me, options) == 0 else {
            invariantFailure("no memory for an HTTP/2 session")
        }
        submitSettings()
        if context.channel.isActive { scheduleFlush() }
    }

    private func submitSettings() {
        let noFlags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        var settings = [
            nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: UInt32(configuration.streamWindowBytes)),
        ]
        nghttp2_submit_settings(session, noFlags, &settings, settings.count)
        nghttp2_session_set_local_window_size(session, noFlags, 0, configuration.connectionWindowBytes)
    }

    func channelActive(context: ChannelHandlerContext) {
        scheduleFlush()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        tearDown()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        tearDown()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        closeReason = RPCServer.reason(error)
        context.close(promise: nil)
    }

    private func tearDown() {
        guard let session else { return }
        self.session = nil
        context = nil
        nghttp2_session_del(session)
        let reason = closeReason ?? goAway ?? (isClosing ? "closed by the client" : "closed by the server")
        for index in calls.indices where calls[index].isUsed {
            end(index, Self.closed(reason))
        }
        delegate?.closed(.closed(reason: reason))
    }

    /// Closes the connection, after what was written has left.
    func close() -> EventLoopFuture<Void> {
        guard let context else { return eventLoop.makeSucceededVoidFuture() }
        isClosing = true
        if let session { nghttp2_session_terminate_session(session, NGHTTP2_NO_ERROR.rawValue) }
        pump()
        context.close(promise: nil)
        return context.channel.closeFuture
    }

    // MARK: Input and output

    /// Stops or continues to read from the socket.
    func setAutoRead(_ reads: Bool) -> EventLoopFuture<Void> {
        context?.channel.setOption(.autoRead, value: reads) ?? eventLoop.makeSucceededVoidFuture()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let session else { return }
        let buffer = unwrapInboundIn(data)
        bytesReceived += UInt64(buffer.readableBytes)
        isReceiving = true
        let consumed = buffer.withUnsafeReadableBytes { bytes in
            nghttp2_session_mem_recv(session, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        }
        isReceiving = false
        if consumed < 0 {
            closeReason = "the server broke the protocol: \(String(cString: nghttp2_strerror(Int32(consumed))))"
            return context.close(promise: nil)
        }
        delegate?.readComplete()
        pump()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        pump()
        context.fireChannelWritabilityChanged()
    }

    /// Pumps once at the end of this turn of the loop.
    func scheduleFlush() {
        guard !flushIsScheduled else { return }
        flushIsScheduled = true
        eventLoop.assumeIsolated().execute {
            self.flushIsScheduled = false
            self.pump()
        }
    }

    /// Writes what the session has to send, as far as the socket takes it.
    func pump() {
        guard !isPumping, !isReceiving, let context else { return }
        isPumping = true
        while let session, context.channel.isWritable {
            while output.readableBytes < WriteBatch.mark {
                var bytes: UnsafePointer<UInt8>?
                let count = nghttp2_session_mem_send(session, &bytes)
                guard count > 0, let bytes else { break }
                output.writeBytes(UnsafeRawBufferPointer(start: bytes, count: count))
            }
            guard output.readableBytes > 0 else { break }
            bytesSent += UInt64(output.readableBytes)
            context.writeAndFlush(wrapOutboundOut(output), promise: nil)
            output.clear()
        }
        isPumping = false
        guard let session, nghttp2_session_want_read(session) == 0, nghttp2_session_want_write(session) == 0 else {
            return
        }
        context.close(promise: nil)
    }

    // MARK: Calls

    /// Whether a call can be begun.
    var acceptsCalls: Bool { session != nil && goAway == nil && !isClosing }

    func prepare(_ path: String) -> PreparedPath {
        if let prepared = paths[path] { return prepared }
        let prepared = headers.add(path)
        paths[path] = prepared
        return prepared
    }

    /// Begins a call; its messages follow with `send`.
    ///
    /// - Returns: nil if the connection takes none; `recipient` was told.
    func begin(
        path: PreparedPath, _ recipient: ClientRecipient, metadata: [HTTPField], timeout: Int64?
    ) -> ClientCallID? {
        let index = freeCalls.popLast() ?? calls.count
        if index == calls.count { calls.append(ClientCall()) }
        calls[index].isUsed = true
        calls[index].recipient = recipient
        openCalls += 1
        let call = ClientCallID(index: index, generation: calls[index].generation)
        guard acceptsCalls, let session else {
            let reason = goAway ?? closeReason ?? "closed"
            end(index, Self.closed(reason))
            return nil
        }
        var further = metadata.map { (name: $0.name, value: Array($0.value.utf8)) }
        if let timeout { further.append(("grpc-timeout", Array(CallTimeout.encode(nanoseconds: timeout).utf8))) }
        var provider = nghttp2_data_provider(
            source: nghttp2_data_source(ptr: ClientCall.pointer(index)), read_callback: ClientCallbacks.readData)
        let streamID = headers.withFields(path, further) {
            nghttp2_submit_request(session, nil, $0, $1, &provider, ClientCall.pointer(index))
        }
        guard streamID > 0 else {
            end(index, RPCStatus(.unavailable, "no streams left on this connection"))
            return nil
        }
        calls[index].streamID = streamID
        if let timeout { expire(call, after: timeout) }
        scheduleFlush()
        return call
    }

    private func expire(_ call: ClientCallID, after timeout: Int64) {
        eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(max(0, timeout))) {
            self.fail(call, .deadlineExceeded)
        }
    }

    private func isOpen(_ call: ClientCallID) -> Bool {
        calls.indices.contains(call.index) && calls[call.index].isUsed
            && calls[call.index].generation == call.generation
    }

    func send(_ call: ClientCallID, _ message: UnsafeRawBufferPointer) {
        guard isOpen(call), !calls[call.index].isFinished else { return }
        calls[call.index].outgoing.append(message.count + 5) { memory in
            RPCLoop.writePrefix(to: memory, size: message.count)
            UnsafeMutableRawBufferPointer(rebasing: memory[5...]).copyMemory(from: message)
        }
        resume(call.index)
    }

    func finish(_ call: ClientCallID) {
        guard isOpen(call) else { return }
        calls[call.index].isFinished = true
        resume(call.index)
    }

    private func resume(_ index: Int) {
        guard let session, calls[index].isDeferred else { return }
        calls[index].isDeferred = false
        nghttp2_session_resume_data(session, calls[index].streamID)
        scheduleFlush()
    }

    /// Ends a call from this side.
    func fail(_ call: ClientCallID, _ status: RPCStatus) {
        guard isOpen(call) else { return }
        let streamID = calls[call.index].streamID
        end(call.index, status)
        guard let session else { return }
        nghttp2_session_set_stream_user_data(session, streamID, nil)
        nghttp2_submit_rst_stream(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), streamID, NGHTTP2_CANCEL.rawValue)
        scheduleFlush()
    }

    /// Tells a call's recipient its end, and frees its place.
    func end(_ index: Int, _ status: RPCStatus) {
        let recipient = calls[index].recipient
        let incoming = calls[index].takeIncoming()
        calls[index].release()
        openCalls -= 1
        freeCalls.append(index)
        var bytes = incoming
        let isOK = status.code == .ok
        let message =
            isOK && incoming.bytes.count >= 5
            ? UnsafeRawBufferPointer(rebasing: incoming.bytes[5...]) : UnsafeRawBufferPointer(start: nil, count: 0)
        switch recipient {
        case .none: break
        case .delegate(let tag, _): delegate?.completed(tag, status: status, message: message)
        case .single(let continuation):
            continuation.resume(returning: isOK ? .success(Array(message)) : .failure(status))
        case .stream(let continuation):
            if isOK { continuation.finish() } else { continuation.finish(throwing: status) }
        }
        bytes.reset(freeing: true)
    }

    // MARK: What the codec reports

    /// - Returns: the call of a stream, unless this side has given it up.
    func index(_ streamID: Int32) -> Int? {
        guard let pointer = nghttp2_session_get_stream_user_data(session, streamID) else { return nil }
        return ClientCall.index(pointer)
    }

    func headerArrived(_ streamID: Int32, _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        guard let index = index(streamID) else { return }
        calls[index].take(name, value)
    }

    func dataArrived(_ streamID: Int32, _ chunk: UnsafeRawBufferPointer) {
        guard let index = index(streamID) else { return }
        guard calls[index].recipient.isStream else {
            calls[index].incoming.append(chunk)
            _ = checkLength(index, calls[index].incoming.bytes)
            return
        }
        guard calls[index].incoming.count > 0 else { return deliverStreamed(index, chunk) }
        // The delegate may begin calls, which moves the array: the bytes are taken out while it looks.
        var whole = calls[index].takeIncoming()
        whole.append(chunk)
        deliverStreamed(index, whole.bytes)
        whole.reset(freeing: true)
    }

    /// Hands out the messages that are whole, and keeps the rest.
    private func deliverStreamed(_ index: Int, _ bytes: UnsafeRawBufferPointer) {
        let generation = calls[index].generation
        var rest = bytes
        while let length = checkLength(index, rest), rest.count >= 5 + length {
            let message = UnsafeRawBufferPointer(rebasing: rest[5..<(5 + length)])
            rest = UnsafeRawBufferPointer(rebasing: rest[(5 + length)...])
            switch calls[index].recipient {
            case .delegate(let tag, _): delegate?.received(message, tag: tag)
            case .stream(let continuation): continuation.yield(Array(message))
            case .none, .single: break
            }
            guard calls[index].isUsed, calls[index].generation == generation else { return }
        }
        if calls[index].isUsed, calls[index].generation == generation { calls[index].incoming.append(rest) }
    }

    /// - Returns: the length of the message that begins here; nil if it is not known yet, or too much, which ends
    ///   the call.
    private func checkLength(_ index: Int, _ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= 5 else { return nil }
        let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
        let limit = configuration.maxMessageBytes
        guard length > limit else { return length }
        let status = RPCStatus(
            .resourceExhausted, "grpc: received message larger than max (\(length) vs. \(limit))")
        fail(ClientCallID(index: index, generation: calls[index].generation), status)
        return nil
    }

    func streamClosed(_ streamID: Int32, errorCode: UInt32) {
        guard let index = index(streamID) else { return }
        end(index, goAwayStatus(errorCode) ?? calls[index].finalStatus(errorCode))
    }

    /// A call that crossed the server's GOAWAY on its way is closed as refused, behind the GOAWAY: for the caller it is one
    /// that came too late, the same as had it been begun a moment later.
    private func goAwayStatus(_ errorCode: UInt32) -> RPCStatus? {
        guard errorCode == NGHTTP2_REFUSED_STREAM.rawValue, let goAway else { return nil }
        return Self.closed(goAway)
    }

    private static func closed(_ reason: String) -> RPCStatus {
        RPCStatus(.unavailable, "connection closed: \(reason)")
    }

    func goAwayArrived(_ frame: nghttp2_goaway) {
        let text = frame.opaque_data.map {
            String(decoding: UnsafeBufferPointer(start: $0, count: frame.opaque_data_len), as: UTF8.self)
        }
        let code = String(cString: nghttp2_http2_strerror(frame.error_code))
        goAway = "the server is going away: \(code)" + (text.map { $0.isEmpty ? "" : ", \($0)" } ?? "")
    }

    /// Moves request bytes into a frame.
    func provideData(_ index: Int, into target: UnsafeMutableRawBufferPointer, _ flags: UnsafeMutablePointer<UInt32>)
        -> Int
    {
        let waiting = calls[index].outgoing.count
        if waiting == 0, !calls[index].isFinished {
            calls[index].isDeferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        let length = min(waiting, target.count)
        calls[index].outgoing.move(length, into: target)
        if calls[index].isFinished, length == waiting { flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue) }
        return length
    }
}

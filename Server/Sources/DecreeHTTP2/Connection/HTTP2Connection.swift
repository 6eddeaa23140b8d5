import CNghttp2
import DecreeSockets
import NIOCore

/// One client's HTTP/2 connection: the codec's session and the calls on it.
///
/// Input is fed to the session as it comes; the callbacks (`HTTP2Connection+Requests`) turn it into calls of the loop's
/// handler. Output is pulled from the session by `pump`, at most once per turn of the loop, and only while the socket
/// takes it: what a slow client does not read stays in the calls' own queues, where it is counted.
final class HTTP2Connection: ChannelInboundHandler, LoopConnection {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How the connection comes to its end.
    enum Phase {
        case open
        /// Told to finish: a first GOAWAY that still allows streams was sent.
        case draining
        /// The last GOAWAY was sent: no new streams.
        case finishing
        /// The client broke the rules; nothing it sends matters any more.
        case refused
        /// Everything was written; waits for the socket to close.
        case closing
    }

    /// More frames than this may not wait for the socket while more is read.
    private static let maxQueuedFrames = 512
    /// Bytes of header lists that are decoded in one turn of the loop, about.
    private static let maxEffort = 1 << 19
    /// The same when the turn of the loop has lasted long already: one refused call, or some hundred ordinary ones.
    private static let maxEffortWhenLate = 1 << 17
    /// As much is fed to the codec between two looks at what piles up, in bytes: it may be forty requests.
    private static let feedSize = 512
    /// The same behind a piece that made much work: four requests.
    private static let carefulFeedSize = 64

    let loop: RPCLoop
    let listener: Int
    let serves: ServedProtocols
    var peerIdentity: String?
    @exclusivity(unchecked) var session: OpaquePointer?
    /// One block of memory each, so that the callbacks change them in place.
    let head: UnsafeMutablePointer<RequestHead>
    let flood: UnsafeMutablePointer<FloodGuard>
    let calls: CallTable
    let handler: any CallHandler
    var phase = Phase.open
    /// In the loop's list of connections to pump.
    @exclusivity(unchecked) var isTouched = false
    /// The codec is working on input: output has to wait until it returns.
    @exclusivity(unchecked) var isReceiving = false
    @exclusivity(unchecked) var firstCall = CallTable.none
    @exclusivity(unchecked) var account = ConnectionAccount()
    /// Calls whose present message is not complete.
    @exclusivity(unchecked) var incompleteCalls = 0
    /// Priorities of streams to come that the codec may remember.
    var priorities = 0
    /// Bytes received whose share of the connection's window was not given back yet.
    @exclusivity(unchecked) var unconsumed = 0
    @exclusivity(unchecked) var recent = RecentStream()
    @exclusivity(unchecked) var borrowed = BorrowedMessage()
    /// Some answer of this connection ended, or will end, before its request.
    @exclusivity(unchecked) var answersEarly = false
    /// What `gather` fills.
    @exclusivity(unchecked) private var batch = WriteBatch()

    /// The header block that is fed holds less than the client sent.
    private(set) var headWasShortened = false
    private var walker = FrameWalker()
    private var pending = PendingInput()
    private var feedsCarefully = false
    private var silence: SilenceWatch
    private(set) var clock: ConnectionClock
    private var context: ChannelHandlerContext?
    private var isPumping = false

    init(loop: RPCLoop, listener: Int, serves: ServedProtocols) {
        self.loop = loop
        self.listener = listener
        self.serves = serves
        guard let handler = loop.handler else { invariantFailure("a connection came after the loop was stopped") }
        self.handler = handler
        calls = loop.calls
        silence = loop.configuration.timeouts.silenceWatch
        clock = ConnectionClock(at: loop.seconds)
        head = .allocate(capacity: 1)
        head.initialize(
            to: RequestHead(maxSize: loop.configuration.limits.maxHeaderListBytes, methods: loop.methods))
        flood = .allocate(capacity: 1)
        flood.initialize(to: FloodGuard(loop.configuration.limits))
    }

    deinit {
        head.deinitialize(count: 1)
        head.deallocate()
        flood.deinitialize(count: 1)
        flood.deallocate()
    }

    // MARK: Beginning and end

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        clock = ConnectionClock(at: loop.seconds)
        loop.tally.pointee.connectionsOpened += 1
        openSession()
        loop.add(self)
        loop.touch(self)
        loop.scheduleTurnEnd()
    }

    private func openSession() {
        let limits = loop.configuration.limits
        let me = Unmanaged.passUnretained(self).toOpaque()
        guard nghttp2_session_server_new2(&session, loop.codec.callbacks, me, loop.codec.options) == 0 else {
            invariantFailure("no memory for an HTTP/2 session")
        }
        var settings = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue), value: limits.maxConcurrentStreams
            ),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: UInt32(limits.streamWindowBytes)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(limits.maxHeaderListBytes)),
        ]
        nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), &settings, settings.count)
        nghttp2_session_set_local_window_size(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, limits.connectionWindowBytes)
    }

    func channelInactive(context: ChannelHandlerContext) {
        tearDown()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        tearDown()
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let identity = event as? PeerIdentity { peerIdentity = identity.name }
        // Without its side a client can neither acknowledge nor give windows back: it has left.
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    /// Ends every call and frees the session. The codec is not on the stack: it never closes a channel.
    private func tearDown() {
        guard let session else { return }
        self.session = nil
        let reason: Cancellation = loop.isDraining ? .shutdown : .disconnected
        while firstCall != CallTable.none { closeCall(firstCall, reason) }
        nghttp2_session_del(session)
        hold(-account.held)
        loop.tally.pointee.connectionsClosed += 1
        loop.remove(self)
        loop.scheduleTurnEnd()
    }

    // MARK: Input

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        loop.tally.pointee.bytesReceived += UInt64(buffer.readableBytes)
        clock.inputCame(at: loop.seconds)
        if !pending.add(buffer) { take(buffer) }
        loop.touch(self)
        loop.scheduleTurnEnd()
    }

    /// Feeds the codec, some kilobytes at a time. Where a client makes answers pile up that it does not read, the rest of what
    /// it sent waits until they have left.
    private func take(_ buffer: ByteBuffer) {
        let used = buffer.withUnsafeReadableBytes { take($0) }
        guard used < buffer.readableBytes, session != nil, phase != .refused, phase != .closing else { return }
        pending.keep(buffer, from: used)
    }

    /// - Returns: how many bytes were used.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        var position = 0
        let effort = head.pointee.effort
        while position < bytes.count, session != nil, phase != .refused, phase != .closing {
            if position > 0, isCrowded {
                pump()
                if isCrowded { return position }
            } else if position > 0, isEnough(head.pointee.effort &- effort) {
                pending.rests = true
                loop.rest(self)
                return position
            } else {
                let before = head.pointee.effort
                position = walk(bytes, from: position)
                feedsCarefully = head.pointee.effort &- before > Self.maxEffortWhenLate
            }
        }
        return position
    }

    /// Header lists may be a thousand times as long as what was sent of them, and refusals cost more than they weigh: others
    /// have their turn in between.
    private func isEnough(_ effort: Int) -> Bool {
        guard effort > Self.maxEffortWhenLate else { return false }
        return effort > Self.maxEffort || loop.turn.isOver(at: .now())
    }

    /// - Returns: up to where the input was used.
    private func walk(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let keptBefore = walker.heldBytes
        let finding = walker.walk(bytes, from: start, budget: feedsCarefully ? Self.carefulFeedSize : Self.feedSize)
        if walker.heldBytes != keptBefore { hold(walker.heldBytes - keptBefore) }
        switch finding {
        case .feed(let end):
            feed(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            return end
        case .feedUnknown(let end):
            if flood.pointee.empty.pour() { refuse("too_many_empty_frames") }
            feed(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            return end
        case .kept(let kept, let end, let isUnknown):
            if isUnknown, flood.pointee.empty.pour() { refuse("too_many_empty_frames") }
            kept.withUnsafeBytes { feed($0) }
            return end
        case .shortened(let kept, let end):
            headWasShortened = true
            kept.withUnsafeBytes { feed($0) }
            headWasShortened = false
            return end
        case .endlessHeaders:
            refuse("too_many_continuations")
            return bytes.count
        }
    }

    private func feed(_ bytes: UnsafeRawBufferPointer) {
        guard let session, bytes.count > 0 else { return }
        isReceiving = true
        let consumed = nghttp2_session_mem_recv(
            session, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        keepBorrowed()
        isReceiving = false
        if unconsumed > 0 {
            nghttp2_session_consume_connection(session, unconsumed)
            unconsumed = 0
        }
        if consumed < 0 { close() }
    }

    /// So many frames wait for the client that it has to read before more of its requests are looked at.
    private var isCrowded: Bool {
        guard let session, let context, !context.channel.isWritable else { return false }
        return nghttp2_session_get_outbound_queue_size(session) > Self.maxQueuedFrames
    }

    // MARK: Output

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            loop.touch(self)
            loop.flush()
        }
        context.fireChannelWritabilityChanged()
    }

    /// Writes what the session has to send, as far as the socket takes it.
    func pump() {
        guard !isPumping, !isReceiving, session != nil, phase != .closing, let context else { return }
        isPumping = true
        while let session, context.channel.isWritable {
            let count = gather(session)
            guard count > 0 else { break }
            loop.tally.pointee.bytesSent += UInt64(count)
            clock.wrote(at: loop.seconds)
            context.writeAndFlush(wrapOutboundOut(loop.output), promise: nil)
            loop.output.clear()
        }
        isPumping = false
        goOn()
        throttle()
        closeIfDone()
    }

    /// Has rested for long enough.
    func resume() {
        pending.rests = false
        goOn()
        throttle()
    }

    /// Takes up the input that had to wait.
    private func goOn() {
        guard let waiting = pending.next(isCrowded: isCrowded) else { return }
        take(waiting)
        loop.touch(self)
        loop.scheduleTurnEnd()
    }

    private func throttle() {
        guard session != nil, let channel = context?.channel, let reads = pending.reading(isCrowded: isCrowded) else {
            return
        }
        try? channel.syncOptions?.setOption(.autoRead, value: reads)
    }

    /// Fills the loop's output buffer from the session.
    private func gather(_ session: OpaquePointer) -> Int {
        loop.output.writeWithUnsafeMutableBytes(minimumWritableBytes: WriteBatch.room) {
            batch.begin(in: $0)
            while !batch.isFull {
                var bytes: UnsafePointer<UInt8>?
                let count = nghttp2_session_mem_send(session, &bytes)
                guard count > 0, let bytes else {
                    if count < 0 { phase = .refused }
                    break
                }
                batch.append(UnsafeRawBufferPointer(start: bytes, count: count))
            }
            return batch.count
        }
    }

    /// Appends a DATA frame to what `gather` fills, unless that is full.
    @inline(__always)
    func writeData(
        _ header: UnsafePointer<UInt8>, _ slot: UnsafeMutablePointer<CallSlot>, _ length: Int
    ) -> Bool {
        guard !batch.isFull else { return false }
        batch.append(UnsafeRawBufferPointer(start: header, count: 9))
        slot.pointee.output.waiting.move(length, into: batch.take(length))
        return true
    }

    private func closeIfDone() {
        if phase == .draining, firstCall == CallTable.none { sendLastGoAway() }
        // A write may have closed the channel, and freed the session with that: it is looked up anew.
        guard let session, nghttp2_session_want_write(session) == 0 else { return }
        if phase == .refused || nghttp2_session_want_read(session) == 0 { close() }
    }

    /// Closes once everything written so far has left.
    private func close() {
        guard phase != .closing, let context else { return }
        // A socket closed over unread input resets the connection, and a client that sent too much would never read
        // why: so it is closed for output first.
        let mode: CloseMode = phase == .refused ? .output : .all
        phase = .closing
        clock.closes(at: loop.seconds)
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(mode: mode, promise: nil) }
    }

    // MARK: Keepalive, shutdown, refusal

    func secondPassed() {
        guard session != nil else { return }
        flood.pointee.secondPassed()
        let timeouts = loop.configuration.timeouts
        if let context, silence.isGone(context.channel, at: .now()) { return abandon() }
        let isTight = loop.budget.isTight
        switch clock.secondPassed(loop.seconds, answersWait: account.waiting > 0, timeouts, isTight: isTight) {
        case .goOn: break
        case .ping:
            nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
            loop.touch(self)
        case .giveUp: return abandon()
        }
        endStalledRequests(timeouts.requestSeconds)
        if phase == .draining { sendLastGoAway() }
        if phase == .refused { close() }
    }

    /// First says that the end is near, and only after a round trip which streams are the last, so that no request
    /// that is under way gets lost (RFC 9113, section 6.8).
    func drain() {
        guard phase == .open, session != nil else { return }
        phase = .draining
        if firstCall != CallTable.none {
            nghttp2_submit_shutdown_notice(session)
            nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
        }
        loop.touch(self)
        loop.scheduleTurnEnd()
    }

    /// The client has seen the first GOAWAY, or had time to. Leaves with the next pumping, never from in here: whoever
    /// calls still works with the session, and a write that fails frees it.
    func sendLastGoAway() {
        guard phase == .draining, session != nil else { return }
        phase = .finishing
        submitGoAway(NGHTTP2_NO_ERROR, "graceful_stop")
        loop.touch(self)
        loop.scheduleTurnEnd()
    }

    /// Ends the connection of a client that floods it.
    func refuse(_ reason: StaticString) {
        guard phase != .refused, phase != .closing else { return }
        phase = .refused
        loop.tally.pointee.connectionsRefused += 1
        submitGoAway(NGHTTP2_ENHANCE_YOUR_CALM, reason)
        loop.touch(self)
    }

    private func submitGoAway(_ code: nghttp2_error_code, _ reason: StaticString) {
        nghttp2_submit_goaway(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(session),
            code.rawValue, reason.utf8Start, reason.utf8CodeUnitCount)
    }

    func abandon() {
        context?.close(promise: nil)
    }
}

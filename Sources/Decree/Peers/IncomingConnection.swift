import DecreeWire
import NIOCore
import PaxosBase
import PaxosLog

/// A connection that somebody dialled: hears who it is, answers, and from then on only reads frames.
final class IncomingConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case greeting
        case reading(PeerLink, ConnectionKind)
        case closed
    }

    private let transport: PeerTransport
    private let maximumFrameBytes: Int
    private var phase = Phase.greeting
    private var context: ChannelHandlerContext?
    /// What was read and is not yet a whole frame.
    private var input = ByteBuffer()
    private var envelopes: [Envelope] = []
    private var timeout: Scheduled<Void>?
    /// When the frame that is not whole yet began to come.
    private var unfinishedSince: Instant?
    /// `timeout` will look whether it became whole.
    private var isWatching = false

    init(transport: PeerTransport, maximumFrameBytes: Int) {
        self.transport = transport
        self.maximumFrameBytes = maximumFrameBytes
    }

    @discardableResult
    func close() -> EventLoopFuture<Void> { context?.close() ?? transport.loop.makeSucceededVoidFuture() }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let wait = transport.settings.connectTimeout.timeAmount
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: wait) { [weak self] in _ = self?.close() }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if input.readableBytes == 0 {
            input = buffer
        } else {
            input.writeBuffer(&buffer)
        }
        do throws(WireError) {
            if case .greeting = phase { try readGreeting(context) }
            if case .reading(let link, _) = phase { try readFrames(of: link) }
        } catch {
            refuse(error, context)
        }
        if input.readableBytes == 0 { input = ByteBuffer() } else { input.discardReadBytes() }
    }

    private func readGreeting(_ context: ChannelHandlerContext) throws(WireError) {
        let scan = try input.withUnsafeReadableBytes { bytes throws(WireError) in try HandshakeCodec.scan(bytes) }
        if case .foreign(let hello) = scan { return refuse(hello, context) }
        guard case .message(let message, let byteCount) = scan else { return }
        guard case .hello(let hello) = message else { return finish(context) }
        input.moveReaderIndex(forwardBy: byteCount)
        timeout?.cancel()
        if let refusal = transport.judge(hello) {
            transport.refusals.report(refusal.text, from: "\(hello.node)", at: MonotonicClock.now())
            transport.link(to: hello.node)?.status.lastFailure = refusal.text
            answer(.refused(refusal), context)
            return finish(context)
        }
        guard let link = transport.link(to: hello.node), transport.isOpen,
            let answer = transport.hello(to: hello.node, connection: hello.connection)
        else { return finish(context) }
        let version = min(hello.versions.upperBound, Greeting.versions.upperBound)
        self.answer(.accepted(version: version, answer), context)
        phase = .reading(link, hello.connection)
        transport.note(hello)
        link.adopt(self, kind: hello.connection)
    }

    /// A node of a version that has another form of greeting.
    private func refuse(_ hello: ForeignHello, _ context: ChannelHandlerContext) {
        guard let refusal = transport.judge(hello) else { return finish(context) }
        transport.refusals.report(refusal.text, from: "\(hello.node)", at: MonotonicClock.now())
        transport.link(to: hello.node)?.status.lastFailure = refusal.text
        let bytes = HandshakeCodec.encode(refusal, for: hello)
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
        finish(context)
    }

    private func answer(_ reply: HelloReply, _ context: ChannelHandlerContext) {
        let bytes = HandshakeCodec.encode(.reply(reply))
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    /// Takes all whole frames out of the input and hands their messages over at once.
    private func readFrames(of link: PeerLink) throws(WireError) {
        let before = input.readableBytes
        var frames: UInt64 = 0
        defer {
            link.status.counters.framesReceived += frames
            link.status.counters.bytesReceived += UInt64(before - input.readableBytes)
        }
        while input.readableBytes > 0 {
            let limit = maximumFrameBytes
            // The messages go with the frame that was checked: one look at the bytes for both.
            var gathered = envelopes
            envelopes = []
            let scan = try input.withUnsafeReadableBytes { bytes throws(WireError) in
                let scan = try FrameCodec.scan(bytes, maximumByteCount: limit)
                if case .frame(let frame) = scan {
                    try FrameCodec.decodeEnvelopes(
                        UnsafeRawBufferPointer(rebasing: bytes[frame.body]), into: &gathered)
                }
                return scan
            }
            envelopes = gathered
            guard case .frame(let frame) = scan else {
                if case .needsMore(let byteCount) = scan {
                    input.reserveCapacity(minimumWritableBytes: max(0, byteCount - input.readableBytes))
                }
                break
            }
            frames += 1
            input.moveReaderIndex(forwardBy: frame.byteCount)
        }
        watchForTheRest(hasFinishedSome: frames > 0)
        guard !envelopes.isEmpty else { return }
        transport.delegate?.received(envelopes, from: link.member.node)
        envelopes.removeAll(keepingCapacity: true)
    }

    /// Sees to it that a frame which has begun is whole in time: one that never ends would keep the connection deaf.
    ///
    /// A look is taken only every now and then, since most frames that are cut by a read are whole with the next.
    private func watchForTheRest(hasFinishedSome: Bool) {
        if hasFinishedSome || input.readableBytes == 0 { unfinishedSince = nil }
        guard input.readableBytes > 0, unfinishedSince == nil else { return }
        unfinishedSince = MonotonicClock.now()
        guard !isWatching else { return }
        isWatching = true
        lookLater(transport.settings.frameTimeout)
    }

    private func lookLater(_ wait: TimeSpan) {
        timeout = transport.loop.assumeIsolated().scheduleTask(in: wait.timeAmount) { [weak self] in self?.look() }
    }

    private func look() {
        guard let since = unfinishedSince, let context else { return isWatching = false }
        let limit = transport.settings.frameTimeout
        let spent = MonotonicClock.now().since(since)
        guard spent >= limit else { return lookLater(TimeSpan(nanoseconds: limit.nanoseconds - spent.nanoseconds)) }
        let origin = context.remoteAddress.map { "\($0)" } ?? "unknown"
        transport.refusals.report(
            "a frame that began was not whole after \(limit.forPeople)", from: origin, at: MonotonicClock.now())
        finish(context)
    }

    private func refuse(_ error: WireError, _ context: ChannelHandlerContext) {
        let origin = context.remoteAddress.map { "\($0)" } ?? "unknown"
        transport.refusals.report("\(error)", from: origin, at: MonotonicClock.now())
        finish(context)
    }

    private func finish(_ context: ChannelHandlerContext) {
        input.clear()
        leave()
        context.close(promise: nil)
    }

    private func leave() {
        timeout?.cancel()
        let former = phase
        phase = .closed
        if case .reading(let link, let kind) = former { link.ended(self, kind: kind) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(context) }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }
}

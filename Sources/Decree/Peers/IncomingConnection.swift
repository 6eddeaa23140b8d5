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
    private var phase = Phase.greeting
    private var context: ChannelHandlerContext?
    private var input: FrameInput
    private var envelopes: [Envelope] = []
    private var timeout: Scheduled<Void>?
    /// How many bytes of frames came.
    private var received: UInt64 = 0
    /// Whether the peer wants to be told.
    private var tellsReceipts = false
    private var receipt: Scheduled<Void>?
    /// When the frame that is not whole yet began to come.
    private var unfinishedSince: Instant?
    /// `timeout` will look whether it became whole.
    private var isWatching = false

    init(transport: PeerTransport, maximumFrameBytes: Int) {
        self.transport = transport
        input = FrameInput(maximumFrameBytes: maximumFrameBytes)
    }

    @discardableResult
    func close() -> EventLoopFuture<Void> { context?.close() ?? transport.loop.makeSucceededVoidFuture() }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let wait = transport.settings.connectTimeout.timeAmount
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: wait) { [weak self] in _ = self?.close() }
        transport.newcomers.append(self, at: MonotonicClock.now())
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        transport.newcomers.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        input.append(&buffer)
        do throws(WireError) {
            if case .greeting = phase { try readGreeting(context) }
            if case .reading(let link, _) = phase {
                noteReceived(from: link)
                try readFrames(of: link)
            }
        } catch {
            refuse(error, context)
        }
        input.compact()
    }

    private func readGreeting(_ context: ChannelHandlerContext) throws(WireError) {
        let scan = try input.takeGreeting()
        if case .foreign(let hello) = scan { return refuse(hello, context) }
        guard case .message(let message, _) = scan else { return }
        guard case .hello(let hello) = message else { return finish(context) }
        timeout?.cancel()
        guard let reply = transport.answer(to: hello) else { return finish(context) }
        if case .refused(let refusal) = reply {
            transport.refusals.report(refusal.description, from: "\(hello.node)", at: MonotonicClock.now())
            transport.link(to: hello.node)?.status.lastFailure = refusal.description
            answer(reply, context)
            return finish(context)
        }
        guard let link = transport.link(to: hello.node), transport.isOpen else { return finish(context) }
        answer(reply, context)
        begin(link, hello)
    }

    private func begin(_ link: PeerLink, _ hello: Hello) {
        phase = .reading(link, hello.connection)
        tellsReceipts = hello.features.contains(.receipts)
        transport.newcomers.remove(self)
        transport.note(hello, isAnswer: false)
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

    /// Counts what came, and tells the peer soon.
    private func noteReceived(from link: PeerLink) {
        let count = UInt64(input.takeReceived())
        received += count
        link.status.counters.bytesReceived += count
        guard tellsReceipts, receipt == nil, count > 0 else { return }
        let wait = transport.settings.stallTimeout / 6
        receipt = transport.loop.assumeIsolated().scheduleTask(in: wait.timeAmount) { [weak self] in
            self?.tellReceived()
        }
    }

    private func tellReceived() {
        receipt = nil
        guard let context, case .reading = phase else { return }
        let bytes = FrameCodec.receipt(received)
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    /// Takes all whole frames out of the input and hands their messages over at once.
    private func readFrames(of link: PeerLink) throws(WireError) {
        var frames: UInt64 = 0
        defer { link.status.counters.framesReceived += frames }
        var gathered = envelopes
        envelopes = []
        while try input.takeFrame(into: &gathered) { frames += 1 }
        envelopes = gathered
        watchForTheRest(hasFinishedSome: frames > 0)
        guard !envelopes.isEmpty else { return }
        transport.delegate?.received(envelopes, from: link.member.node)
        envelopes.removeAll(keepingCapacity: true)
    }

    /// Sees to it that a frame which has begun is whole in time: one that never ends would keep the connection deaf.
    ///
    /// A look is taken only every now and then, since most frames that are cut by a read are whole with the next.
    private func watchForTheRest(hasFinishedSome: Bool) {
        if hasFinishedSome || input.isEmpty { unfinishedSince = nil }
        guard !input.isEmpty, unfinishedSince == nil else { return }
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
        // A large one has its time even on a slow link: a quarter of a second for each 64 KiB.
        let extra = TimeSpan.microseconds(4 * UInt64(input.gatheredByteCount))
        let limit = transport.settings.frameTimeout + extra
        let spent = MonotonicClock.now().since(since)
        guard spent >= limit else { return lookLater(TimeSpan(nanoseconds: limit.nanoseconds - spent.nanoseconds)) }
        let origin = context.remoteAddress.map { "\($0)" } ?? "unknown"
        transport.refusals.report(
            "a frame that began was not whole after \(limit.forPeople)", from: origin, at: MonotonicClock.now())
        finish(context)
    }

    private func refuse(_ error: WireError, _ context: ChannelHandlerContext) {
        let origin = context.remoteAddress.map { "\($0)" } ?? "unknown"
        transport.refusals.report(stranger: "\(error)", from: origin, at: MonotonicClock.now())
        finish(context)
    }

    private func finish(_ context: ChannelHandlerContext) {
        input.clear()
        leave()
        context.close(promise: nil)
    }

    private func leave() {
        timeout?.cancel()
        receipt?.cancel()
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

import DecreeWire
import NIOCore
import PaxosBase

/// A connection that this node dialled: says hello, hears the answer, and from then on sends, and hears how much came.
final class OutgoingConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let dialer: Dialer
    private var context: ChannelHandlerContext?
    private var input = ByteBuffer()
    private var isGreeted = false
    private var failure: String?
    private var timeout: Scheduled<Void>?
    /// Nil while the peer does not say what came.
    private var watch: StallWatch?
    /// Looks whether there was progress.
    private var look: Scheduled<Void>?

    init(dialer: Dialer) { self.dialer = dialer }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    var allocator: ByteBufferAllocator { context?.channel.allocator ?? ByteBufferAllocator() }

    func send(_ buffer: ByteBuffer) {
        watch?.sends(buffer.readableBytes, at: MonotonicClock.now())
        lookLater()
        context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    @discardableResult
    func close() -> EventLoopFuture<Void> {
        guard let context else { return dialer.link.transport.loop.makeSucceededVoidFuture() }
        return context.close()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { sayHello(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        sayHello(context)
        context.fireChannelActive()
    }

    private func sayHello(_ context: ChannelHandlerContext) {
        guard timeout == nil else { return }
        guard let hello = dialer.hello, dialer.begins(self) else { return context.close(promise: nil) }
        let wait = dialer.link.transport.settings.connectTimeout.timeAmount
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: wait) { [weak self] in
            self?.fail("the peer did not answer the handshake in time")
        }
        let bytes = HandshakeCodec.encode(.hello(hello))
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        input.writeBuffer(&buffer)
        do {
            guard !isGreeted else { return try hearReceipts() }
            let scan = try input.withUnsafeReadableBytes { bytes throws(WireError) in
                try HandshakeCodec.scan(bytes)
            }
            guard case .message(let message, let byteCount) = scan else { return }
            input.moveReaderIndex(forwardBy: byteCount)
            hear(message)
        } catch {
            fail("\(error)", isRefusal: true)
        }
    }

    private func hear(_ message: Handshake) {
        timeout?.cancel()
        switch message {
        case .reply(.accepted(let version, let hello)):
            isGreeted = dialer.greeted(self, by: hello, version: version)
            guard isGreeted else { return _ = close() }
            let patience = dialer.link.transport.settings.stallTimeout
            if hello.features.contains(.receipts) { watch = StallWatch(patience: patience) }
        case .reply(.refused(let refusal)): fail(refusal.text, isRefusal: true)
        case .hello: fail("the peer answered with a greeting of its own")
        }
    }

    // MARK: Progress

    private func hearReceipts() throws(WireError) {
        guard watch != nil else { return fail("the peer sent on a connection that is not its own") }
        while let total = try input.withUnsafeReadableBytes({ bytes throws(WireError) in
            try FrameCodec.scanReceipt(bytes)
        }) {
            input.moveReaderIndex(forwardBy: FrameCodec.receiptByteCount)
            guard watch!.hears(total, at: MonotonicClock.now()) else {
                return fail("the peer says that more came than was sent")
            }
        }
        input.discardReadBytes()
    }

    private func lookLater() {
        guard look == nil, let deadline = watch?.deadline else { return }
        look = dialer.link.transport.loop.assumeIsolated().scheduleTask(deadline: deadline.deadline) { [weak self] in
            self?.look = nil
            self?.lookForProgress(planned: deadline)
        }
    }

    private func lookForProgress(planned: Instant) {
        let now = MonotonicClock.now()
        if now.since(planned) > .milliseconds(500) { watch?.slept(until: now) }
        guard let deadline = watch?.deadline, now >= deadline else { return lookLater() }
        let patience = dialer.link.transport.settings.stallTimeout
        let reason = "nothing of what was sent came for \(patience.forPeople)"
        dialer.stalled(self, reason)
        fail(reason)
    }

    private func fail(_ reason: String, isRefusal: Bool = false) {
        failure = failure ?? reason
        if !isGreeted { dialer.failed(reason, isRefusal: isRefusal, of: self) }
        close()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = failure ?? Dialer.reason(of: error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        look?.cancel()
        dialer.ended(self, reason: failure)
        context.fireChannelInactive()
    }
}

import DecreeWire
import NIOCore
import PaxosBase

/// A connection that this node dialled: says hello, hears the answer, and from then on only sends.
final class OutgoingConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let dialer: Dialer
    private var context: ChannelHandlerContext?
    private var input = ByteBuffer()
    private var isGreeted = false
    private var failure: String?
    private var timeout: Scheduled<Void>?

    init(dialer: Dialer) { self.dialer = dialer }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    var allocator: ByteBufferAllocator { context?.channel.allocator ?? ByteBufferAllocator() }

    func send(_ buffer: ByteBuffer) { context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }

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
        guard !isGreeted else { return fail("the peer sent on a connection that is not its own") }
        input.writeBuffer(&buffer)
        do {
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
        case .reply(.accepted(_, let hello)):
            isGreeted = dialer.greeted(self, by: hello)
            if !isGreeted { close() }
        case .reply(.refused(let refusal)): fail(refusal.text, isRefusal: true)
        case .hello: fail("the peer answered with a greeting of its own")
        }
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
        dialer.ended(self, reason: failure)
        context.fireChannelInactive()
    }
}

import NIOCore

/// Looks at the first bytes of a connection: the HTTP/2 preface (RFC 9113, section 3.4) leads to `HTTP2Connection`,
/// anything else to HTTP/1. Works the same behind TLS, whatever ALPN agreed on.
final class ProtocolSniffer: ChannelInboundHandler, RemovableChannelHandler, LoopConnection {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    private let loop: RPCLoop
    private let listener: Int
    private let serves: ServedProtocols
    private var gathered = ByteBuffer()
    private var context: ChannelHandlerContext?
    private var since = 0
    private var identity: PeerIdentity?
    private var isHandedOver = false

    init(loop: RPCLoop, listener: Int, serves: ServedProtocols) {
        self.loop = loop
        self.listener = listener
        self.serves = serves
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        since = loop.seconds
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isHandedOver else { return context.fireChannelRead(data) }
        var buffer = unwrapInboundIn(data)
        gathered.writeBuffer(&buffer)
        guard let isHTTP2 = decide() else { return }
        do {
            try hand(over: context, isHTTP2: isHTTP2)
        } catch {
            context.close(promise: nil)
        }
    }

    /// - Returns: nil while both are possible.
    private func decide() -> Bool? {
        gathered.withUnsafeReadableBytes { bytes in
            let length = min(bytes.count, Self.preface.utf8CodeUnitCount)
            let preface = UnsafeRawBufferPointer(start: Self.preface.utf8Start, count: length)
            guard bytes.prefix(length).elementsEqual(preface) else { return false }
            return length == Self.preface.utf8CodeUnitCount ? true : nil
        }
    }

    private func hand(over context: ChannelHandlerContext, isHTTP2: Bool) throws {
        guard loop.handler != nil else { return context.close(promise: nil) }
        let pipeline = context.pipeline.syncOperations
        if isHTTP2 {
            try pipeline.addHandler(HTTP2Connection(loop: loop, listener: listener, serves: serves))
        } else {
            guard serves.contains(.http) else { return context.close(promise: nil) }
            try pipeline.addHandler(HTTP1Connection(loop: loop, listener: listener))
        }
        isHandedOver = true
        if let identity { context.fireUserInboundEventTriggered(identity) }
        context.fireChannelRead(wrapInboundOut(gathered))
        context.fireChannelReadComplete()
        pipeline.removeHandler(context: context, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let identity = event as? PeerIdentity { self.identity = identity }
        // Before it is clear what the client speaks nothing was asked for.
        if case ChannelEvent.inputClosed = event, !isHandedOver { abandon() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func secondPassed() {
        if loop.seconds - since > loop.configuration.timeouts.handshakeSeconds { abandon() }
    }

    func drain() { abandon() }

    func abandon() { context?.close(promise: nil) }
}

import NIOCore
import NIOHTTP1

/// One client's HTTP/1 connection, behind NIO's codec, which also holds back pipelined requests until the one before
/// is answered: so there is one request at a time.
final class HTTP1Connection: ChannelInboundHandler, LoopConnection {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        /// No request, or not all of its head.
        case idle
        case receiving
        /// The request failed before it was complete; the rest is thrown away and the connection closed.
        case discarding
        case answering
    }

    let loop: RPCLoop
    let listener: Int
    private(set) var remoteAddress: SocketAddress?
    private(set) var peerIdentity: String?
    private var context: ChannelHandlerContext?
    private var phase = Phase.idle
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var call: CallID?
    private var phaseSince = 0
    private var isFirstRequest = true
    /// Bytes of a streamed response that the socket has not taken yet.
    private(set) var waitingBytes = 0
    private var owesDrain = false

    init(loop: RPCLoop, listener: Int) {
        self.loop = loop
        self.listener = listener
    }

    // MARK: Beginning and end

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        remoteAddress = context.remoteAddress
        phaseSince = loop.seconds
        loop.tally.pointee.connectionsOpened += 1
        loop.add(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        tearDown()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        tearDown()
    }

    private func tearDown() {
        guard context != nil else { return }
        context = nil
        if let call { end(call, .disconnected) }
        loop.tally.pointee.connectionsClosed += 1
        loop.remove(self)
    }

    private func end(_ call: CallID, _ reason: Cancellation?) {
        self.call = nil
        let wasOpen = loop.calls[call.index].pointee.flags.contains(.open)
        loop.calls.release(call.index)
        if wasOpen, let reason { loop.handler?.cancelled(call, method: .http, reason: reason) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let identity = event as? PeerIdentity { peerIdentity = identity.name }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Requests

    /// The codec goes on to deliver what it has read after a write has closed the connection: nothing of that matters.
    /// Only the stored context is used, which is nil from then on, and it is looked up anew after each write.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.context != nil else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head)
        case .body(let bytes): take(bytes)
        case .end: complete()
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        self.head = head
        body.removeAll()
        enter(.receiving)
        let announced = head.headers.first(name: "content-length").flatMap(Int.init) ?? 0
        guard announced <= loop.configuration.limits.maxHTTPBodyBytes else { return refuseBody() }
        if head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" }) {
            let interim = HTTPResponseHead(version: head.version, status: .continue)
            context?.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
        }
    }

    private func take(_ bytes: ByteBuffer) {
        guard phase == .receiving else { return }
        loop.tally.pointee.bytesReceived += UInt64(bytes.readableBytes)
        guard body.count + bytes.readableBytes <= loop.configuration.limits.maxHTTPBodyBytes else {
            return refuseBody()
        }
        body.append(contentsOf: bytes.readableBytesView)
    }

    private func refuseBody() {
        enter(.discarding)
        write(.text(413, "request body too large\n"), closing: true, isComplete: true)
        guard let context else { return }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(mode: .output, promise: nil)
        }
    }

    private func complete() {
        guard phase == .receiving, let head else { return }
        enter(.answering)
        isFirstRequest = false
        guard let index = loop.calls.allocate() else {
            write(.text(503, "too many requests are open\n"), closing: true, isComplete: true)
            return endResponse()
        }
        let slot = loop.calls[index]
        slot.pointee.http1 = self
        slot.pointee.flags.formUnion([.plain, .open])
        let call = loop.calls.id(index)
        self.call = call
        loop.tally.pointee.httpRequests += 1
        let fields = head.headers.map { HTTPField($0.name.lowercased(), $0.value) }
        let request = HTTPRequest(
            method: head.method.rawValue, target: head.uri, fields: fields, body: body, listener: listener)
        body = []
        loop.handler?.received(request, on: call)
        loop.scheduleTurnEnd()
    }

    // MARK: Responses

    /// Answers the request and frees its place.
    func respond(_ index: UInt32, _ response: HTTPResponse) {
        write(response, closing: false, isComplete: true)
        finishBody(index)
    }

    /// Sends the head and the first bytes of a response whose length is not known.
    func startResponse(_ response: HTTPResponse) {
        write(response, closing: false, isComplete: false)
        context?.flush()
    }

    func sendBody(_ bytes: [UInt8]) {
        guard let context, head?.method != .HEAD, !bytes.isEmpty else { return }
        waitingBytes += bytes.count
        let limits = loop.configuration.limits
        guard waitingBytes <= limits.maxBufferedResponseBytes else { return abandon() }
        if waitingBytes > limits.streamHighWater { owesDrain = true }
        loop.tally.pointee.bytesSent += UInt64(bytes.count)
        let written = context.eventLoop.makePromise(of: Void.self)
        let count = bytes.count
        written.futureResult.assumeIsolated().whenComplete { _ in self.wrote(count) }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: written)
    }

    private func wrote(_ count: Int) {
        waitingBytes -= count
        guard owesDrain, waitingBytes <= loop.configuration.limits.streamHighWater / 2, let call else { return }
        owesDrain = false
        loop.handler?.drained(call, method: .http)
    }

    func finishBody(_ index: UInt32) {
        if let call { end(call, nil) }
        endResponse()
    }

    private func write(_ response: HTTPResponse, closing: Bool, isComplete: Bool) {
        guard let context, let request = head else { return }
        var head = HTTPResponseHead(version: request.version, status: HTTPResponseStatus(statusCode: response.status))
        for field in response.fields { head.headers.add(name: field.name, value: field.value) }
        if isComplete, response.status >= 200, response.status != 204 {
            head.headers.replaceOrAdd(name: "content-length", value: "\(response.body.count)")
        }
        if closing || !keepsAlive {
            head.headers.replaceOrAdd(name: "connection", value: "close")
        } else if request.version == .http1_0 {
            head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        guard let context = self.context else { return }
        guard request.method != .HEAD, !response.body.isEmpty else { return }
        loop.tally.pointee.bytesSent += UInt64(response.body.count)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
    }

    private var keepsAlive: Bool { head?.isKeepAlive == true && !loop.isDraining }

    private func endResponse() {
        guard let context else { return }
        enter(.idle)
        let channel = context.channel
        if keepsAlive {
            head = nil
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        } else {
            context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
        }
    }

    // MARK: Timeouts and shutdown

    private func enter(_ phase: Phase) {
        self.phase = phase
        phaseSince = loop.seconds
    }

    func secondPassed() {
        let timeouts = loop.configuration.timeouts
        let passed = loop.seconds - phaseSince
        switch phase {
        case .idle:
            if passed > (isFirstRequest ? timeouts.handshakeSeconds : timeouts.idleHTTP1Seconds) { abandon() }
        case .receiving:
            if passed > timeouts.handshakeSeconds { abandon() }
        case .discarding:
            if passed > 2 { abandon() }
        case .answering:
            break
        }
    }

    func drain() {
        if phase == .idle { abandon() }
    }

    func abandon() { context?.close(promise: nil) }
}

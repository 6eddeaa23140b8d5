import DecreeSockets
import NIOCore

/// One client's HTTP/1 connection (RFC 9112). One request at a time: what is pipelined behind it stays unread, in the input
/// and then in the socket, until its answer is on its way and the socket takes more.
///
/// A write may close the channel and end every call under the hands of whoever writes. So `context` is the only one that is
/// used, nil from that moment on, and looked up anew after each write.
final class HTTP1Connection: ChannelInboundHandler, LoopConnection {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// No byte of a request.
        case idle
        /// A request that is not complete.
        case head
        case body(HTTP1Body)
        /// A sentinel while the body is taken apart.
        case modifying
        case answering
        /// The last answer is under way; what still comes is thrown away.
        case closing
    }

    /// The largest request line, in bytes. What is longer has a status of its own.
    private static let maxTargetBytes = 16_384
    /// With more input than this behind a request that is answered, no more is read.
    private static let maxAheadBytes = 16_384

    let loop: RPCLoop
    let listener: Int
    private(set) var peerIdentity: String?
    private var context: ChannelHandlerContext?
    private var phase = Phase.idle
    private var head: HTTP1Head?
    private var call: CallID?
    private var input = ByteBuffer()
    /// Input before this is known to hold no end of a head.
    private var scanned = 0
    private var output = HTTP1Output()
    /// Bytes that the socket was given and has not taken, and all that count in the loop's budget.
    private var inSocket = 0
    private var counted = 0
    private var phaseSince = 0
    private var progressSince = 0
    private var isFirstRequest = true
    private var responseBegan = false
    private var isChunked = false
    /// The client sends no more; it may still read.
    private var isHalfClosed = false
    private var isPaused = false
    private var isWorking = false
    private var owesDrain = false
    private var silence: SilenceWatch

    init(loop: RPCLoop, listener: Int) {
        self.loop = loop
        self.listener = listener
        silence = loop.configuration.timeouts.silenceWatch
    }

    /// Bytes of responses that the client has not taken yet.
    var waitingBytes: Int { output.count + inSocket }

    // MARK: Beginning and end

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        phaseSince = loop.seconds
        loop.tally.pointee.connectionsOpened += 1
        loop.add(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        tearDown()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { tearDown() }

    private func tearDown() {
        guard context != nil else { return }
        context = nil
        end(.disconnected)
        output.clear()
        input = ByteBuffer()
        inSocket = 0
        phase = .closing
        count()
        loop.tally.pointee.connectionsClosed += 1
        loop.remove(self)
    }

    /// Frees the place of the request that is answered.
    private func end(_ reason: Cancellation?) {
        guard let call else { return }
        self.call = nil
        let wasOpen = loop.calls[call.index].pointee.isOpen
        loop.calls.release(call.index)
        guard wasOpen, let reason else { return }
        loop.handler?.cancelled(call, method: .http, reason: reason)
        loop.scheduleTurnEnd()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let identity = event as? PeerIdentity { peerIdentity = identity.name }
        if case ChannelEvent.inputClosed = event { inputClosed() }
        context.fireUserInboundEventTriggered(event)
    }

    /// A client may close its side once it has asked. What it asked for is still answered, if that takes no longer than
    /// somebody waits who cannot say any more that he left; what would never end, ends.
    private func inputClosed() {
        isHalfClosed = true
        proceed()
        if isStreaming { abandon() } else { phaseSince = loop.seconds }
    }

    private var isStreaming: Bool { if case .answering = phase { responseBegan } else { false } }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        loop.tally.pointee.bytesReceived += UInt64(bytes.readableBytes)
        guard self.context != nil else { return }
        if case .closing = phase { return }
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
        proceed()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        proceed()
        context.fireChannelWritabilityChanged()
    }

    /// Does what can be done: writes, and takes requests as long as their answers find room.
    private func proceed() {
        guard !isWorking else { return }
        isWorking = true
        repeat { pump() } while takeRequest()
        isWorking = false
        count()
        pace()
        closeIfDone()
    }

    /// - Returns: whether to look for another.
    private func takeRequest() -> Bool {
        guard let context, output.count == 0, context.channel.isWritable else { return false }
        do throws(HTTP1Problem) {
            switch phase {
            case .idle, .head:
                guard try takeHead() else { return false }
            case .body: break
            case .modifying, .answering, .closing: return false
            }
            guard try takeBody() else { return false }
        } catch {
            refuse(error)
        }
        return true
    }

    /// - Returns: whether a head is complete.
    private func takeHead() throws(HTTP1Problem) -> Bool {
        if case .idle = phase {
            skipEmptyLines()
            guard input.readableBytes > 0 else { return false }
            enter(.head)
        }
        let view = input.readableBytesView
        let limit = loop.configuration.limits.maxHeaderListBytes
        guard let end = endOfHead(view), end - view.startIndex <= limit else {
            if !view.prefix(Self.maxTargetBytes).contains(UInt8(ascii: "\n")), view.count >= Self.maxTargetBytes {
                throw .targetTooLong
            }
            guard view.count <= limit else { throw .headTooLarge }
            return false
        }
        let lines = Array(view[view.startIndex..<end])
        input.moveReaderIndex(to: end)
        scanned = 0
        // Whatever is wrong with the head, nothing before it tells how to answer.
        head = nil
        let head = try HTTP1Head(lines[...], maxBodyBytes: loop.configuration.limits.maxHTTPBodyBytes)
        self.head = head
        phase = .body(HTTP1Body(head.framing, maxBytes: loop.configuration.limits.maxHTTPBodyBytes))
        if head.expectsContinue, input.readableBytes == 0 { send("HTTP/1.1 100 Continue\r\n\r\n") }
        return context != nil
    }

    /// Empty lines before a request are not its beginning (RFC 9112, section 2.2).
    private func skipEmptyLines() {
        while let byte = input.readableBytesView.first, byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") {
            input.moveReaderIndex(forwardBy: 1)
        }
    }

    /// - Returns: where what follows the empty line behind the head begins.
    private func endOfHead(_ view: ByteBufferView) -> Int? {
        var position = view.startIndex + scanned
        while let feed = view[position...].firstIndex(of: UInt8(ascii: "\n")) {
            let next = feed + 1
            if next < view.endIndex, view[next] == UInt8(ascii: "\n") { return next + 1 }
            if next + 1 < view.endIndex, view[next] == UInt8(ascii: "\r"), view[next + 1] == UInt8(ascii: "\n") {
                return next + 2
            }
            position = next
        }
        scanned = max(0, view.count - 2)
        return nil
    }

    private func takeBody() throws(HTTP1Problem) -> Bool {
        guard case .body(var body) = phase else { return false }
        phase = .modifying
        defer { if case .modifying = phase { phase = .body(body) } }
        guard try body.take(from: &input) else {
            guard loop.budget.hasRoom(for: body.bytes.count) else {
                throw HTTP1Problem(status: 503, text: "too much waits to be completed")
            }
            return false
        }
        deliver(body.bytes)
        return true
    }

    private func deliver(_ body: [UInt8]) {
        guard let head else { return }
        enter(.answering)
        isFirstRequest = false
        responseBegan = false
        guard loop.budget.hasRoom(for: RPCLoop.callCost), let index = loop.calls.allocate() else {
            write(.text(503, "too many requests are open\n"), isComplete: true)
            return endResponse()
        }
        let slot = loop.calls[index]
        slot.pointee.http1 = self
        slot.pointee.kind = .plain
        slot.pointee.isOpen = true
        let call = loop.calls.id(index)
        self.call = call
        loop.tally.pointee.httpRequests += 1
        let request = HTTPRequest(
            method: head.method, target: head.target, fields: head.fields, body: body, listener: listener)
        loop.receive(request, on: call)
        loop.scheduleTurnEnd()
    }

    /// Answers what is no request, or none that can be carried out. Nothing behind it is looked at.
    private func refuse(_ problem: HTTP1Problem) {
        if head == nil { head = HTTP1Head.unknown }
        head?.keepsAlive = false
        loop.tally.pointee.connectionsRefused += 1
        enter(.answering)
        responseBegan = false
        write(problem.response, isComplete: true)
        endResponse()
    }

    // MARK: Responses

    /// Answers the request and frees its place.
    func respond(_ index: UInt32, _ response: HTTPResponse) {
        guard loop.waitingBytes == 0 || loop.budget.hasRoom(for: response.body.count) else {
            write(.text(503, "too many answers wait to be read\n"), isComplete: true)
            return finishBody(index)
        }
        write(response, isComplete: true)
        finishBody(index)
    }

    /// Sends the head and the first bytes of a response whose length is not known.
    func startResponse(_ response: HTTPResponse) {
        guard !responseBegan else { return }
        write(response, isComplete: false)
        proceed()
        if isHalfClosed { abandon() }
    }

    func sendBody(_ bytes: [UInt8]) {
        guard context != nil, head?.method != "HEAD", !bytes.isEmpty else { return }
        let limits = loop.configuration.limits
        guard waitingBytes + bytes.count <= limits.maxBufferedResponseBytes, loop.budget.hasRoom(for: bytes.count)
        else { return abandon() }
        appendBody(ByteBuffer(bytes: bytes))
        proceed()
        if waitingBytes > limits.streamHighWater { owesDrain = true }
    }

    /// The last of the response was sent.
    func finishBody(_ index: UInt32) {
        if call?.index == index { end(nil) }
        if isChunked, head?.method != "HEAD" { output.append("0\r\n\r\n") }
        endResponse()
    }

    private func write(_ response: HTTPResponse, isComplete: Bool) {
        guard context != nil, let request = head, !responseBegan else { return }
        responseBegan = true
        let hasBody = response.status >= 200 && response.status != 204 && response.status != 304
        isChunked = !isComplete && hasBody && request.minor > 0
        // Without a length and without chunks only the end of the connection ends a body.
        if !isComplete, hasBody, !isChunked { head?.keepsAlive = false }
        output.append(responseHead(response, length: isComplete && hasBody ? response.body.count : nil))
        if request.method != "HEAD", hasBody { appendBody(ByteBuffer(bytes: response.body)) }
    }

    private func responseHead(_ response: HTTPResponse, length: Int?) -> String {
        var text = "HTTP/1.1 \(response.status) \(HTTPReason.phrase(response.status))\r\n"
        for field in response.fields where isToken(field.name.utf8) && isFieldValue(field.value.utf8) {
            text += "\(field.name): \(field.value)\r\n"
        }
        for field in loop.configuration.plainFields { text += "\(field.name): \(field.value)\r\n" }
        text += "date: \(loop.date())\r\n"
        if let length { text += "content-length: \(length)\r\n" }
        if isChunked { text += "transfer-encoding: chunked\r\n" }
        if !keepsAlive {
            text += "connection: close\r\n"
        } else if head?.minor == 0 {
            text += "connection: keep-alive\r\n"
        }
        return text + "\r\n"
    }

    private func appendBody(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        if isChunked { output.append(String(bytes.readableBytes, radix: 16) + "\r\n") }
        output.append(bytes)
        if isChunked { output.append("\r\n") }
    }

    private var keepsAlive: Bool { head?.keepsAlive == true && !loop.isDraining }

    private func endResponse() {
        guard context != nil else { return }
        let isLast = !keepsAlive
        enter(isLast ? .closing : .idle)
        if isLast { input.clear() }
        head = nil
        proceed()
    }

    // MARK: Writing

    private func send(_ text: String) {
        output.append(text)
        pump()
    }

    /// Gives the socket what it takes. What a flush brings to an end at once tells nobody while it is worked here, so that more is
    /// given as long as there is room.
    private func pump() {
        while output.count > 0, context?.channel.isWritable == true { fill() }
    }

    private func fill() {
        var wrote = false
        while let context, context.channel.isWritable, let bytes = output.next() {
            let size = bytes.readableBytes
            inSocket += size
            loop.tally.pointee.bytesSent += UInt64(size)
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.wrote(size) }
            context.write(wrapOutboundOut(bytes), promise: written)
            wrote = true
        }
        if wrote { context?.flush() }
    }

    private func wrote(_ size: Int) {
        guard context != nil else { return }
        inSocket -= size
        progressSince = loop.seconds
        if owesDrain, waitingBytes <= loop.configuration.limits.streamHighWater / 2, let call {
            owesDrain = false
            loop.noteDrained(call)
            loop.scheduleTurnEnd()
        }
        if !isWorking { proceed() }
    }

    private func closeIfDone() {
        guard waitingBytes == 0, let context else { return }
        if case .closing = phase {
            // A socket closed over unread input resets the connection, and a client that still sends would never read the
            // answer: so it is closed for output first.
            context.close(mode: isHalfClosed ? .all : .output, promise: nil)
        } else if isHalfClosed, call == nil, context.channel.isWritable {
            // What is left in the input is no whole request and will not become one.
            abandon()
        }
    }

    // MARK: Accounts

    /// Tells the loop what is held for this client.
    private func count() {
        var held = waitingBytes + input.readableBytes
        if case .body(let body) = phase { held += body.bytes.count }
        if call != nil { held += RPCLoop.callCost }
        if input.readableBytes == 0 { input = ByteBuffer() }
        loop.budget.add(held - counted)
        counted = held
    }

    /// Reads no more than can be worked at.
    private func pace() {
        guard let context else { return }
        let pauses: Bool
        switch phase {
        case .answering, .idle, .head: pauses = input.readableBytes > Self.maxAheadBytes && !takesInput
        case .body, .modifying: pauses = !takesInput
        case .closing: pauses = false
        }
        guard pauses != isPaused else { return }
        isPaused = pauses
        try? context.channel.syncOptions?.setOption(.autoRead, value: !pauses)
    }

    /// Whether input would be looked at.
    private var takesInput: Bool {
        if case .answering = phase { return false }
        return output.count == 0 && context?.channel.isWritable == true
    }

    // MARK: Timeouts and shutdown

    private func enter(_ phase: Phase) {
        self.phase = phase
        phaseSince = loop.seconds
        progressSince = loop.seconds
    }

    func secondPassed() {
        guard let context else { return }
        let timeouts = loop.configuration.timeouts
        let passed = loop.seconds - phaseSince
        if silence.isGone(context.channel, at: .now()) {
            return abandon()
        }
        if waitingBytes > 0, loop.seconds - progressSince > timeouts.stalledSeconds(isTight: loop.budget.isTight) {
            return abandon()
        }
        switch phase {
        case .idle:
            let limit = isFirstRequest ? timeouts.handshakeSeconds : timeouts.idleHTTP1Seconds
            if waitingBytes == 0, passed > limit { abandon() }
        case .head, .body, .modifying:
            if waitingBytes == 0, passed > timeouts.handshakeSeconds { abandon() }
        case .closing:
            if waitingBytes == 0, passed > 2 { abandon() }
        case .answering:
            if isHalfClosed, passed > timeouts.halfClosedSeconds { abandon() }
        }
    }

    func drain() {
        if case .idle = phase, waitingBytes == 0 { abandon() }
    }

    func abandon() { context?.close(promise: nil) }
}

extension HTTP1Head {
    /// Stands for a request that could not be read.
    static let unknown = HTTP1Head()

    private init() {}
}

import CNghttp2
import DecreeRPC
import NIOCore

/// What the codec reports about the client's frames.
extension HTTP2Connection {
    // MARK: Frames

    @inline(__always)
    private static func isType(_ type: UInt8, _ frame: nghttp2_frame_type) -> Bool {
        UInt32(type) == UInt32(frame.rawValue)
    }

    /// A frame header arrived: the place to notice floods. Unknown frames are noticed by the `FrameWalker`.
    @inline(__always)
    func frameBegins(_ frame: nghttp2_frame_hd) {
        if Self.isType(frame.type, NGHTTP2_HEADERS) { return }
        if Self.isType(frame.type, NGHTTP2_DATA), frame.length > 0 { return }
        judgeFrame(frame)
    }

    private func judgeFrame(_ frame: nghttp2_frame_hd) {
        let isAck = frame.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
        switch nghttp2_frame_type(rawValue: nghttp2_frame_type.RawValue(frame.type)) {
        case NGHTTP2_RST_STREAM:
            if flood.pointee.resets.pour() { refuse("too_many_resets") }
        case NGHTTP2_WINDOW_UPDATE:
            if flood.pointee.updates.pour() { refuse("too_many_window_updates") }
        case NGHTTP2_PING:
            // An acknowledgement that was not asked for is one more.
            if !isAck || clock.pingedAt == nil, flood.pointee.pings.pour() { refuse("too_many_pings") }
        case NGHTTP2_SETTINGS:
            if flood.pointee.settings.pour() { refuse("too_many_settings") }
        case NGHTTP2_DATA:
            let endsStream = frame.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
            if !endsStream, flood.pointee.empty.pour() { refuse("too_many_empty_frames") }
        case NGHTTP2_PRIORITY:
            if flood.pointee.empty.pour() { refuse("too_many_empty_frames") }
            holdPriority()
        case NGHTTP2_GOAWAY:
            break
        default:
            if flood.pointee.empty.pour() { refuse("too_many_empty_frames") }
        }
    }

    /// The codec remembers the priorities of streams that do not exist yet, of as many as this.
    private static let maxPriorities = 100
    /// What one takes, in bytes.
    private static let priorityCost = 256

    private func holdPriority() {
        guard priorities < Self.maxPriorities else { return }
        priorities += 1
        if !loop.budget.hasRoom(for: Self.priorityCost) { refuse("too_much_waits") }
        hold(Self.priorityCost)
    }

    func headersBegin(_ streamID: Int32) {
        head.pointee.begin(streamID, isTooLarge: headWasShortened)
    }

    /// A frame is complete and was acted upon by the codec.
    @inline(__always)
    func frameArrived(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = frame.pointee.hd
        let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        if Self.isType(header.type, NGHTTP2_DATA) {
            if endsStream { inputEnds(header.stream_id) }
        } else if Self.isType(header.type, NGHTTP2_HEADERS) {
            if frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
                startCall(endsStream: endsStream)
            } else if endsStream, !head.pointee.isMalformedTrailer {
                inputEnds(header.stream_id)
            } else {
                // Only the last header list of a request may be another than the first (RFC 9113, section 8.1).
                refuseMalformed(header.stream_id)
            }
        } else if Self.isType(header.type, NGHTTP2_PING), header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 {
            sendLastGoAway()
        }
    }

    private func inputEnds(_ streamID: Int32) {
        if let index = callIndex(streamID) { inputEnded(index) }
    }

    /// - Returns: the call on a stream, if it has one.
    @inline(__always)
    private func callIndex(_ streamID: Int32) -> UInt32? {
        if let index = recent.call(of: streamID) { return index }
        guard let pointer = nghttp2_session_get_stream_user_data(session, streamID), pointer != Self.refusalMark else {
            return nil
        }
        let index = UInt32(Int(bitPattern: pointer) - 1)
        recent.remember(streamID, index)
        return index
    }

    // MARK: Beginning of a call

    /// The header list of a request is complete. The order of the checks is grpc-go's.
    private func startCall(endsStream: Bool) {
        guard phase != .refused else { return }
        guard !head.pointee.isMalformed else { return refuseMalformed(head.pointee.streamID) }
        if head.pointee.isTooLarge {
            let limit = loop.configuration.limits.maxHeaderListBytes
            let status = RPCStatus(.resourceExhausted, "grpc: received header list larger than max (\(limit))")
            return abort(http: head.pointee.contentType == .grpc ? "200" : "431", status, endsStream)
        }
        if mayBePlain {
            guard serves.contains(.http) else { return refuseContentType(endsStream) }
            guard !isOverfull else {
                return abort(http: "503", RPCStatus(.resourceExhausted, tooMuchWaits), endsStream)
            }
            return startPlain(endsStream)
        }
        guard head.pointee.contentType == .grpc else { return refuseContentType(endsStream) }
        loop.tally.pointee.callsStarted += 1
        guard head.pointee.isPost else {
            let text = "Received a HEADERS frame with :method \"\(head.pointee.verb)\" which should be POST"
            return abort(http: "405", RPCStatus(.internalError, text), endsStream)
        }
        if let problem = head.pointee.timeoutProblem {
            return abort(http: "400", RPCStatus(.internalError, "malformed grpc-timeout: \(problem)"), endsStream)
        }
        guard head.pointee.timeout != 0 else { return abort(.deadlineExceeded, endsStream) }
        guard serves.contains(.grpc) else {
            return abort(RPCStatus(.unimplemented, "gRPC is not served at this address"), endsStream)
        }
        guard let method = head.pointee.method else {
            return abort(loop.methods.unknown(head.pointee.path), endsStream)
        }
        if let encoding = head.pointee.encoding, encoding != "gzip" {
            let text = "grpc: Decompressor is not installed for grpc-encoding \"\(encoding)\""
            return abort(RPCStatus(.unimplemented, text), endsStream)
        }
        guard !isOverfull else { return abort(RPCStatus(.resourceExhausted, tooMuchWaits), endsStream) }
        openCall(method, endsStream)
    }

    private var isOverfull: Bool {
        account.isOverfull(
            for: RPCLoop.callCost + head.pointee.heldBytes, loop.configuration.limits, loop.budget)
    }

    private var tooMuchWaits: String {
        "grpc: too much waits on this connection or on others: \(account.waiting) bytes of answers, \(account.held) of calls"
    }

    /// A known gRPC path with POST is never plain HTTP; anything else is if it does not say that it is gRPC.
    private var mayBePlain: Bool {
        head.pointee.contentType != .grpc && (head.pointee.method == nil || !head.pointee.isPost)
    }

    private func refuseContentType(_ endsStream: Bool) {
        let text = "invalid gRPC request content-type \"\(head.pointee.contentTypeText)\""
        abort(http: "415", RPCStatus(.invalidArgument, text), endsStream)
    }

    @inline(__always)
    private func openCall(_ method: MethodID, _ endsStream: Bool) {
        guard let index = allocateCall() else {
            return abort(RPCStatus(.resourceExhausted, "grpc: too many calls are open"), endsStream)
        }
        let slot = calls[index]
        slot.pointee.method = method
        loop.tally.pointee.methods.countStart(method)
        slot.pointee.metadata = head.pointee.takeMetadata()
        if head.pointee.encoding != nil { slot.pointee.kind.insert(.compressed) }
        if head.pointee.timeout > 0 { loop.setDeadline(index, timeout: head.pointee.timeout) }
        if loop.methods.takesOneMessage(method) {
            slot.pointee.kind.insert(.oneMessage)
        } else {
            slot.pointee.isOpen = true
            handler.opened(calls.id(index), method: method, metadata: slot.pointee.metadata)
        }
        if endsStream {
            inputEnded(index)
        } else if slot.pointee.kind.contains(.oneMessage) {
            receivingBegins(slot)
        }
    }

    private func allocateCall() -> UInt32? {
        guard let index = calls.allocate() else { return nil }
        let slot = calls[index]
        slot.pointee.held = RPCLoop.callCost + head.pointee.heldBytes
        hold(slot.pointee.held)
        slot.pointee.input.announced = head.pointee.contentLength
        slot.pointee.streamID = head.pointee.streamID
        slot.pointee.http2 = .passUnretained(self)
        slot.pointee.next = firstCall
        if firstCall != CallTable.none { calls[firstCall].pointee.previous = index }
        firstCall = index
        nghttp2_session_set_stream_user_data(session, head.pointee.streamID, HTTP2Callbacks.source(index).ptr)
        recent.remember(head.pointee.streamID, index)
        return index
    }

    private func startPlain(_ endsStream: Bool) {
        guard let index = allocateCall() else {
            return abort(http: "503", RPCStatus(.resourceExhausted, "too many requests are open"), endsStream)
        }
        let slot = calls[index]
        slot.pointee.kind.insert(.plain)
        let verb = head.pointee.isPost ? "POST" : head.pointee.verb
        if verb == "HEAD" { slot.pointee.kind.insert(.headOnly) }
        let target =
            head.pointee.path.isEmpty ? head.pointee.method.map { loop.methods[$0].path } ?? "/" : head.pointee.path
        slot.pointee.request = HTTPRequest(
            method: verb, target: target, fields: head.pointee.fields, listener: listener)
        if endsStream { inputEnded(index) } else { receivingBegins(slot) }
    }

    // MARK: Time

    /// What began now has to be complete within `ServerTimeouts.requestSeconds`.
    private func receivingBegins(_ slot: UnsafeMutablePointer<CallSlot>) {
        if slot.pointee.input.begins(at: loop.seconds) { incompleteCalls += 1 }
    }

    private func receivingEnds(_ slot: UnsafeMutablePointer<CallSlot>) {
        if slot.pointee.input.ends() { incompleteCalls -= 1 }
    }

    /// Ends the calls whose client does not go on with what it has begun to send.
    func endStalledRequests(_ limit: Int) {
        guard incompleteCalls > 0 else { return }
        var index = firstCall
        while index != CallTable.none {
            let slot = calls[index]
            let next = slot.pointee.next
            if slot.pointee.input.isStalled(at: loop.seconds, limit: limit) {
                receivingEnds(slot)
                endBadly(index, slot, RPCStatus(.deadlineExceeded, "grpc: the request was not complete in time"))
            }
            index = next
        }
        loop.touch(self)
        loop.scheduleTurnEnd()
    }

    // MARK: Data

    /// The application takes what the client of a call sends again.
    func giveBackWindow(_ slot: UnsafeMutablePointer<CallSlot>) {
        guard slot.pointee.input.withheld > 0 else { return }
        nghttp2_session_consume_stream(session, slot.pointee.streamID, slot.pointee.input.withheld)
        slot.pointee.input.withheld = 0
        loop.touch(self)
    }

    /// Bytes of a DATA frame, not necessarily all of it.
    @inline(__always)
    func dataArrived(_ streamID: Int32, _ chunk: UnsafeRawBufferPointer, frameEndsStream: Bool) {
        unconsumed += chunk.count
        guard let index = callIndex(streamID) else {
            if !frameEndsStream { nghttp2_session_consume_stream(session, streamID, chunk.count) }
            return
        }
        let slot = calls[index]
        if slot.pointee.input.isPaused {
            slot.pointee.input.withheld += chunk.count
        } else if !frameEndsStream {
            nghttp2_session_consume_stream(session, streamID, chunk.count)
        }
        if slot.pointee.input.isDiscarded { return }
        guard slot.pointee.input.takes(chunk.count) else { return refuseMalformed(streamID) }
        if slot.pointee.kind.contains(.oneMessage) {
            takeOnlyMessage(index, slot, chunk, mayBorrow: frameEndsStream)
        } else if slot.pointee.kind.contains(.plain) {
            takeBody(index, slot, chunk)
        } else {
            takeMessages(index, slot, chunk)
        }
    }

    /// A call whose client sends one message, which is delivered when the client's side is closed. The usual case is
    /// one frame that holds it all and ends the stream: then it is delivered from the input buffer.
    private func takeOnlyMessage(
        _ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, _ chunk: UnsafeRawBufferPointer, mayBorrow: Bool
    ) {
        if mayBorrow, slot.pointee.input.partial.count == 0, !borrowed.isLent, chunk.count >= 5 {
            if let problem = refusal(slot, chunk) { return endBadly(index, slot, problem) }
            if chunk.count == 5 + Self.messageLength(chunk) {
                borrowed.lend(chunk, to: index)
                return
            }
        }
        if borrowed.call == index { keepBorrowed() }
        guard buffer(index, slot, chunk) else { return }
        let bytes = slot.pointee.input.partial.bytes
        guard bytes.count >= 5 else { return }
        if let problem = refusal(slot, bytes) { return endBadly(index, slot, problem) }
        if bytes.count > 5 + Self.messageLength(bytes) {
            let text = "cardinality violation: received multiple request messages for non-client-streaming RPC"
            endBadly(index, slot, RPCStatus(.internalError, text))
        }
    }

    /// A call whose client may send many messages: each is delivered once it is complete.
    private func takeMessages(
        _ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, _ chunk: UnsafeRawBufferPointer
    ) {
        var rest = chunk
        while rest.count > 0, !slot.pointee.input.isDiscarded {
            if slot.pointee.input.partial.count == 0, rest.count >= 5 {
                if let problem = refusal(slot, rest) { return endBadly(index, slot, problem) }
                let end = 5 + Self.messageLength(rest)
                if rest.count >= end {
                    deliver(index, slot, UnsafeRawBufferPointer(rebasing: rest[..<end]))
                    rest = UnsafeRawBufferPointer(rebasing: rest[end...])
                    continue
                }
            }
            guard let taken = completeMessage(index, slot, rest) else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
        }
    }

    /// Adds to the message that came in part, and delivers it if that makes it whole.
    ///
    /// - Returns: how many bytes belonged to it; nil if the call has failed.
    private func completeMessage(
        _ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, _ chunk: UnsafeRawBufferPointer
    ) -> Int? {
        let before = slot.pointee.input.partial.count
        let end = before < 5 ? 5 : 5 + Self.messageLength(slot.pointee.input.partial.bytes)
        let taken = min(end - before, chunk.count)
        guard buffer(index, slot, UnsafeRawBufferPointer(rebasing: chunk[..<taken])) else { return nil }
        let bytes = slot.pointee.input.partial.bytes
        guard bytes.count >= 5 else { return taken }
        if before < 5, let problem = refusal(slot, bytes) {
            endBadly(index, slot, problem)
            return nil
        }
        if bytes.count == 5 + Self.messageLength(bytes) {
            deliver(index, slot, bytes)
            forgetIncoming(slot)
            receivingEnds(slot)
        }
        return taken
    }

    private func takeBody(_ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, _ chunk: UnsafeRawBufferPointer) {
        if slot.pointee.input.partial.count + chunk.count > loop.configuration.limits.maxHTTPBodyBytes {
            slot.pointee.input.isDiscarded = true
            forgetIncoming(slot)
            respondPlain(index, slot, .text(413, "request body too large\n"), isComplete: true)
        } else {
            _ = buffer(index, slot, chunk)
        }
    }

    /// The client has closed its side.
    private func inputEnded(_ index: UInt32) {
        let slot = calls[index]
        slot.pointee.input.isClosed = true
        receivingEnds(slot)
        if slot.pointee.input.isDiscarded { return }
        guard slot.pointee.input.isWhole else { return refuseMalformed(slot.pointee.streamID) }
        if slot.pointee.kind.contains(.oneMessage) {
            deliverOnlyMessage(index, slot)
        } else if slot.pointee.kind.contains(.plain) {
            deliverPlain(index, slot)
        } else if slot.pointee.input.partial.count > 0 {
            endBadly(index, slot, RPCStatus(.internalError, "unexpected EOF"))
        } else if slot.pointee.isOpen {
            handler.halfClosed(calls.id(index), method: slot.pointee.method)
        }
    }

    @inline(__always)
    private func deliverOnlyMessage(_ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>) {
        let message = borrowed.take(for: index) ?? slot.pointee.input.partial.bytes
        guard message.count >= 5, message.count == 5 + Self.messageLength(message) else {
            let none = "cardinality violation: received no request message from non-client-streaming RPC"
            return endBadly(
                index, slot, RPCStatus(.internalError, message.count == 0 ? none : "unexpected EOF"))
        }
        slot.pointee.isOpen = true
        deliver(index, slot, message)
        forgetIncoming(slot)
    }

    /// - Parameter bytes: a whole message with its prefix.
    @inline(__always)
    private func deliver(
        _ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, _ bytes: UnsafeRawBufferPointer
    ) {
        let message = UnsafeRawBufferPointer(rebasing: bytes[5...])
        if bytes[0] == 0 { hand(index, slot, message) } else { inflate(index, slot, message) }
    }

    private func inflate(
        _ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, _ message: UnsafeRawBufferPointer
    ) {
        let limit = loop.configuration.limits.maxMessageBytes
        do throws(GzipProblem) {
            let whole = try Gzip.inflate(message, maxBytes: limit)
            whole.withUnsafeBytes { hand(index, slot, $0) }
        } catch {
            endBadly(index, slot, Self.status(error, limit))
        }
    }

    private static func status(_ problem: GzipProblem, _ limit: Int) -> RPCStatus {
        switch problem {
        case .tooLarge:
            RPCStatus(.resourceExhausted, "grpc: received message after decompression larger than max \(limit)")
        case .malformed:
            RPCStatus(.internalError, "grpc: failed to decompress the received message: gzip: invalid data")
        }
    }

    @inline(__always)
    private func hand(
        _ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, _ message: UnsafeRawBufferPointer
    ) {
        guard slot.pointee.isOpen else { return }
        loop.tally.pointee.messagesReceived += 1
        loop.tally.pointee.methods.countReceived(slot.pointee.method)
        handler.received(
            message, on: calls.id(index), method: slot.pointee.method, metadata: slot.pointee.metadata)
    }

    private func deliverPlain(_ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>) {
        guard var request = slot.pointee.request else { return }
        request.body = Array(slot.pointee.input.partial.bytes)
        slot.pointee.request = nil
        forgetIncoming(slot)
        slot.pointee.isOpen = true
        loop.tally.pointee.httpRequests += 1
        loop.receive(request, on: calls.id(index))
    }

    // MARK: Framing

    /// The length that a message's prefix announces.
    @inline(__always)
    private static func messageLength(_ bytes: UnsafeRawBufferPointer) -> Int {
        Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
    }

    /// - Returns: why a message with this prefix is refused, if it is, as grpc-go words it.
    @inline(__always)
    private func refusal(
        _ slot: UnsafeMutablePointer<CallSlot>, _ bytes: UnsafeRawBufferPointer
    ) -> RPCStatus? {
        let length = Self.messageLength(bytes)
        let limit = loop.configuration.limits.maxMessageBytes
        let isKnown = bytes[0] == 0 || bytes[0] == 1 && slot.pointee.kind.contains(.compressed)
        if isKnown, length <= limit { return nil }
        if length > limit {
            return RPCStatus(
                .resourceExhausted, "grpc: received message larger than max (\(length) vs. \(limit))")
        }
        if bytes[0] == 1 {
            return RPCStatus(.internalError, "grpc: compressed flag set with identity or empty encoding")
        }
        return RPCStatus(.internalError, "grpc: received unexpected payload format \(bytes[0])")
    }

    /// Copies bytes that are not a whole message yet.
    ///
    /// - Returns: false if the connection may not hold more; the call has failed then.
    private func buffer(
        _ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, _ chunk: UnsafeRawBufferPointer
    ) -> Bool {
        let limit = loop.configuration.limits.maxBufferedRequestBytes
        guard account.mayKeep(chunk.count, loop.configuration.limits, loop.budget) else {
            let text =
                "grpc: too many incomplete requests: \(account.incomplete) bytes of \(limit) on this connection"
            endBadly(index, slot, RPCStatus(.resourceExhausted, text))
            return false
        }
        slot.pointee.input.partial.append(chunk)
        account.incomplete += chunk.count
        hold(chunk.count)
        if !slot.pointee.input.isClosed { receivingBegins(slot) }
        return true
    }

    @inline(__always)
    func forgetIncoming(_ slot: UnsafeMutablePointer<CallSlot>) {
        guard slot.pointee.input.partial.count > 0 else { return }
        account.incomplete -= slot.pointee.input.partial.count
        hold(-slot.pointee.input.partial.count)
        slot.pointee.input.partial.reset()
    }

    /// The input buffer is about to go, or more bytes follow: a message that was to be delivered from there is copied.
    func keepBorrowed() {
        let index = borrowed.call
        guard let bytes = borrowed.take(for: index) else { return }
        _ = buffer(index, calls[index], bytes)
    }

    /// Ends a call because of what its client sent.
    func endBadly(_ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, _ status: RPCStatus) {
        slot.pointee.input.isDiscarded = true
        forgetIncoming(slot)
        if slot.pointee.kind.contains(.plain) {
            return respondPlain(index, slot, .text(503, "\(status.message)\n"), isComplete: true)
        }
        guard !slot.pointee.output.isFinished else { return }
        let wasOpen = slot.pointee.isOpen
        let call = calls.id(index)
        let method = slot.pointee.method
        loop.close(index, slot, with: status)
        if wasOpen { handler.cancelled(call, method: method, reason: .malformed) }
    }
}

import CNghttp2
import DecreeRPC
import NIOCore

/// How answers reach the codec, and how calls end.
extension HTTP2Connection {
    private static let noFlags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
    /// What a refused request costs until its answer has left, in bytes.
    private static let refusalCost = 2_048
    /// What a refusal costs compared with the header lists that are decoded in the same turn.
    private static let refusalEffort = 131_072
    /// Bytes that a refusal repeats of what the client sent.
    private static let maxRefusalBytes = 1_024
    /// Marks the streams of refused requests where others name their call.
    static var refusalMark: UnsafeMutableRawPointer? { HTTP2Callbacks.source(CallTable.none).ptr }

    // MARK: Answers

    /// Counts bytes that wait for the client, or that have left if negative: for the connection and for its loop.
    @inline(__always)
    func addWaiting(_ bytes: Int) {
        account.waiting += bytes
        loop.waitingBytes += bytes
        loop.budget.add(bytes)
    }

    /// Counts what is held for requests and calls, or no more if negative.
    @inline(__always)
    func hold(_ bytes: Int) {
        account.held += bytes
        loop.budget.add(bytes)
    }

    /// There is more to send on a call, or nothing more will come: hands to the codec what it needs to know.
    @inline(__always)
    func progress(_ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>) {
        guard session != nil else { return }
        if slot.pointee.output.stage == .nothing {
            slot.pointee.output.stage = .begun
            if slot.pointee.output.isAtEnd {
                submitTrailersOnly(slot)
            } else {
                submitHeaders(index, slot)
            }
        } else if slot.pointee.output.stage == .deferred {
            slot.pointee.output.stage = .begun
            if slot.pointee.output.isAtEnd, !slot.pointee.kind.contains(.plain) {
                submitTrailers(slot)
            } else {
                nghttp2_session_resume_data(session, slot.pointee.streamID)
            }
        }
        loop.touch(self)
    }

    @inline(__always)
    private func submitHeaders(_ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>) {
        var provider = nghttp2_data_provider(
            source: HTTP2Callbacks.source(index), read_callback: HTTP2Callbacks.readData)
        let isCompressed = slot.pointee.kind.contains(.compressed)
        nghttp2_submit_response(
            session, slot.pointee.streamID, isCompressed ? loop.codec.gzipHeaders : loop.codec.okHeaders,
            isCompressed ? HTTP2Codec.gzipHeaderCount : HTTP2Codec.leadingHeaders, &provider)
    }

    /// An answer without a message is one header list.
    private func submitTrailersOnly(_ slot: UnsafeMutablePointer<CallSlot>) {
        slot.pointee.output.stage = .ended
        if slot.pointee.output.code == .ok {
            nghttp2_submit_response(
                session, slot.pointee.streamID, loop.codec.okHeaders, HTTP2Codec.allHeaders, nil)
        } else {
            let status = RPCStatus(slot.pointee.output.code, slot.pointee.output.statusMessage ?? "")
            submitStatus(slot.pointee.streamID, http: "200", status)
        }
        stopClient(slot)
    }

    private func submitStatus(
        _ streamID: Int32, http: String, _ status: RPCStatus, maxBytes: Int = PercentEncoding.maxBytes
    ) {
        var fields: [(name: String, value: [UInt8])] = [
            (":status", Array(http.utf8)),
            ("content-type", Array("application/grpc".utf8)),
            ("grpc-accept-encoding", Array("\(HTTP2Codec.encodings)".utf8)),
            ("grpc-status", Array("\(status.code.rawValue)".utf8)),
        ]
        if !status.message.isEmpty {
            fields.append(("grpc-message", PercentEncoding.encode(status.message, maxBytes: maxBytes)))
        }
        _ = HTTP2Codec.withFields(fields) { nghttp2_submit_response(session, streamID, $0, $1, nil) }
    }

    private func submitTrailers(_ slot: UnsafeMutablePointer<CallSlot>) {
        slot.pointee.output.stage = .ended
        let status = loop.codec.statuses + Int(slot.pointee.output.code.rawValue)
        if let message = slot.pointee.output.statusMessage {
            let fields: [(name: String, value: [UInt8])] = [
                ("grpc-status", Array("\(slot.pointee.output.code.rawValue)".utf8)),
                ("grpc-message", PercentEncoding.encode(message)),
            ]
            _ = HTTP2Codec.withFields(fields) { nghttp2_submit_trailer(session, slot.pointee.streamID, $0, $1) }
        } else {
            nghttp2_submit_trailer(session, slot.pointee.streamID, status, 1)
        }
        stopClient(slot)
    }

    /// The answer is complete: if the client is still sending, it is to be asked to stop.
    @inline(__always)
    private func stopClient(_ slot: UnsafeMutablePointer<CallSlot>) {
        guard !slot.pointee.input.isClosed else { return }
        slot.pointee.input.isDiscarded = true
        answersEarly = true
    }

    /// A frame has left. A client that is still sending after its answer ended is asked to stop (RFC 9113, section
    /// 8.1); not before, because the codec drops what waits for a stream once a reset is submitted.
    func frameSent(_ frame: nghttp2_frame_hd) {
        guard answersEarly, frame.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
            UInt32(frame.type) <= UInt32(NGHTTP2_HEADERS.rawValue),
            nghttp2_session_get_stream_remote_close(session, frame.stream_id) == 0
        else { return }
        nghttp2_submit_rst_stream(session, Self.noFlags, frame.stream_id, NGHTTP2_NO_ERROR.rawValue)
    }

    /// The codec gave up to send a frame. Without its headers or trailers an answer would never end for the client: the
    /// stream is reset. If the stream is gone already, nobody waits.
    func frameNotSent(_ frame: nghttp2_frame_hd, _ problem: Int32) {
        guard UInt32(frame.type) == UInt32(NGHTTP2_HEADERS.rawValue),
            problem != NGHTTP2_ERR_STREAM_CLOSED.rawValue, problem != NGHTTP2_ERR_STREAM_CLOSING.rawValue
        else { return }
        nghttp2_submit_rst_stream(session, Self.noFlags, frame.stream_id, NGHTTP2_INTERNAL_ERROR.rawValue)
    }

    /// Refuses a request that never becomes a call.
    func abort(http: String = "200", _ status: RPCStatus, _ endsStream: Bool) {
        loop.tally.pointee.callsEnded[Int(status.code.rawValue)] += 1
        if let method = head.pointee.method {
            loop.tally.pointee.methods.countStart(method)
            loop.tally.pointee.methods.countEnd(method, status.code)
        }
        submitStatus(head.pointee.streamID, http: http, status, maxBytes: Self.maxRefusalBytes)
        if !endsStream { answersEarly = true }
        nghttp2_session_set_stream_user_data(session, head.pointee.streamID, Self.refusalMark)
        hold(Self.refusalCost)
        head.pointee.addEffort(Self.refusalEffort)
        // Even refusals pile up if nobody reads them; then the connection goes.
        if account.held > Self.maxRefusalCost, !loop.budget.hasRoom(for: Self.refusalCost) { refuse("too_much_waits") }
    }

    private static let maxRefusalCost = 16 * refusalCost

    /// Ends a stream whose client broke the rules of HTTP (RFC 9113, section 8.1.1).
    func refuseMalformed(_ streamID: Int32) {
        nghttp2_submit_rst_stream(session, Self.noFlags, streamID, NGHTTP2_PROTOCOL_ERROR.rawValue)
        if flood.pointee.malformed.pour() { refuse("too_many_malformed_requests") }
        loop.touch(self)
    }

    /// Begins, and if `isComplete` ends, the response to a plain HTTP request.
    func respondPlain(
        _ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, _ response: HTTPResponse, isComplete: Bool
    ) {
        guard session != nil, slot.pointee.output.stage == .nothing else { return }
        slot.pointee.output.stage = .begun
        var response = response
        let room = loop.waitingBytes == 0 || loop.budget.hasRoom(for: response.body.count)
        if isComplete, !room { response = .text(503, "too many answers wait to be read\n") }
        var fields: [(name: String, value: [UInt8])] = [(":status", Array("\(response.status)".utf8))]
        fields.append(("date", Array(loop.date().utf8)))
        for field in response.fields + loop.configuration.plainFields {
            fields.append((field.name.lowercased(), Array(field.value.utf8)))
        }
        if isComplete { fields.append(("content-length", Array("\(response.body.count)".utf8))) }
        if !slot.pointee.kind.contains(.headOnly), !response.body.isEmpty {
            slot.pointee.output.waiting.append(response.body.count) { room in
                response.body.withUnsafeBytes { room.copyMemory(from: $0) }
            }
            addWaiting(response.body.count)
        }
        if isComplete {
            slot.pointee.output.isFinished = true
        }
        // The codec keeps them until they leave.
        let fieldBytes = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
        slot.pointee.held += fieldBytes
        hold(fieldBytes)
        var provider = nghttp2_data_provider(
            source: HTTP2Callbacks.source(index), read_callback: HTTP2Callbacks.readData)
        let streamID = slot.pointee.streamID
        _ = HTTP2Codec.withFields(fields) { nghttp2_submit_response(session, streamID, $0, $1, &provider) }
        loop.touch(self)
    }

    // MARK: What the codec asks for

    /// - Returns: how many of the waiting bytes go into the next frame, or that none wait.
    @inline(__always)
    func provideData(_ index: UInt32, atMost length: Int, _ flags: UnsafeMutablePointer<UInt32>) -> Int {
        let slot = calls[index]
        let waiting = slot.pointee.output.waiting.count
        let isFinished = slot.pointee.output.isFinished
        if waiting == 0, !isFinished {
            slot.pointee.output.stage = .deferred
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_COPY.rawValue)
        if isFinished, waiting <= length {
            flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
            if !slot.pointee.kind.contains(.plain) {
                flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
                submitTrailers(slot)
            } else {
                stopClient(slot)
            }
        }
        return min(waiting, length)
    }

    /// Writes a DATA frame into the output.
    @inline(__always)
    func sendData(_ header: UnsafePointer<UInt8>, _ length: Int, index: UInt32) -> Int32 {
        let slot = calls[index]
        guard writeData(header, slot, length) else { return NGHTTP2_ERR_WOULDBLOCK.rawValue }
        addWaiting(-length)
        flood.pointee.pings.empty()
        flood.pointee.updates.drain(2)
        if slot.pointee.output.hasDrained(below: loop.configuration.limits.streamHighWater / 2), slot.pointee.isOpen {
            loop.noteDrained(calls.id(index))
        }
        return 0
    }

    // MARK: End of a call

    /// The codec is done with a stream.
    @inline(__always)
    func streamClosed(_ streamID: Int32) {
        if let index = recent.take(streamID) { return closeCall(index, .reset) }
        guard let pointer = nghttp2_session_get_stream_user_data(session, streamID) else { return }
        if pointer == Self.refusalMark { return hold(-Self.refusalCost) }
        closeCall(UInt32(Int(bitPattern: pointer) - 1), .reset)
    }

    /// Frees a call, and tells the handler if that comes before an answer.
    @inline(__always)
    func closeCall(_ index: UInt32, _ reason: Cancellation) {
        let slot = calls[index]
        let (previous, next) = (slot.pointee.previous, slot.pointee.next)
        if previous != CallTable.none { calls[previous].pointee.next = next } else { firstCall = next }
        if next != CallTable.none { calls[next].pointee.previous = previous }
        _ = borrowed.take(for: index)
        forgetIncoming(slot)
        addWaiting(-slot.pointee.output.waiting.count)
        hold(-slot.pointee.held)
        if slot.pointee.input.isReceiving { incompleteCalls -= 1 }
        loop.clearDeadline(index)
        let wasOpen = slot.pointee.isOpen
        let method = slot.pointee.method
        if slot.pointee.output.stage != .ended, !slot.pointee.kind.contains(.plain) {
            loop.tally.pointee.callsAbandoned += 1
            // A call that was answered counts as its answer says, taken or not.
            if !slot.pointee.output.isFinished { loop.tally.pointee.methods.countEnd(method, .cancelled) }
        }
        let call = calls.id(index)
        calls.release(index)
        guard wasOpen else { return }
        handler.cancelled(call, method: method, reason: reason)
        loop.scheduleTurnEnd()
    }

    /// The client's patience has ended: it is told so, or, if it has not even taken what was sent, the stream is reset.
    func deadlinePassed(_ index: UInt32) {
        guard session != nil else { return }
        let slot = calls[index]
        if slot.pointee.output.waiting.count > 0 || slot.pointee.output.isFinished {
            nghttp2_submit_rst_stream(session, Self.noFlags, slot.pointee.streamID, NGHTTP2_CANCEL.rawValue)
            loop.touch(self)
        }
        guard !slot.pointee.output.isFinished else { return }
        let wasOpen = slot.pointee.isOpen
        let call = calls.id(index)
        let method = slot.pointee.method
        slot.pointee.input.isDiscarded = true
        forgetIncoming(slot)
        loop.close(index, slot, with: .deadlineExceeded)
        guard wasOpen else { return }
        handler.cancelled(call, method: method, reason: .deadlineExceeded)
        loop.scheduleTurnEnd()
    }
}

import DecreeRPC
import NIOCore

extension RPCLoop {
    // MARK: Unary and server-streaming calls

    /// Answers a unary call with a message and status OK.
    ///
    /// - Parameter message: copied.
    /// - Returns: false if the call is gone, or has failed because the message cannot be sent.
    @discardableResult
    public func respond(_ call: CallID, message: UnsafeRawBufferPointer) -> Bool {
        respond(call, size: message.count) { $0.copyMemory(from: message) }
    }

    /// Answers a unary call with a message that is written in place, and status OK.
    ///
    /// - Parameters:
    ///   - size: the exact size of the message in bytes.
    ///   - write: fills all of the given memory; called at once, or not at all if the call is gone.
    /// - Returns: false if the call is gone, or has failed because the message cannot be sent.
    @discardableResult
    public func respond(_ call: CallID, size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) -> Bool {
        eventLoop.assertInEventLoop()
        guard let slot = calls.open(call), !slot.pointee.kind.contains(.plain), admit(call, slot, size) else {
            return false
        }
        append(slot, size: size, write)
        close(call.index, slot, .ok)
        return true
    }

    /// Answers a unary call with a message that is not copied if it is large, and status OK.
    ///
    /// - Returns: false if the call is gone, or has failed because the message cannot be sent.
    @discardableResult
    public func respond(_ call: CallID, message: ByteBuffer) -> Bool {
        guard send(call, message: message) else { return false }
        return finish(call)
    }

    /// Answers a unary call with a large message that is made as it leaves, and status OK. It is not compressed.
    ///
    /// - Parameters:
    ///   - size: the exact size of the message in bytes.
    ///   - source: kept until the last piece has left, or the call is gone.
    /// - Returns: false if the call is gone, or has failed because the message cannot be sent.
    @discardableResult
    public func respond(_ call: CallID, size: Int, from source: some MessageSource) -> Bool {
        eventLoop.assertInEventLoop()
        guard let slot = calls.open(call), !slot.pointee.kind.contains(.plain), admit(call, slot, size) else {
            return false
        }
        slot.pointee.output.waiting.append(5) { Self.writePrefix(to: $0, size: size) }
        slot.pointee.output.waiting.append(size, from: source)
        queued(slot, size + 5)
        close(call.index, slot, .ok)
        return true
    }

    /// Ends a call of any kind with an error.
    ///
    /// - Parameter status: what the client is told; messages that were sent before still reach it first.
    /// - Returns: false if the call is gone.
    @discardableResult
    public func fail(_ call: CallID, _ status: RPCStatus) -> Bool {
        finish(call, status)
    }

    // MARK: Streams

    /// Sends the response's headers before there is a message, for clients that wait for them.
    ///
    /// - Returns: false if the call is gone.
    @discardableResult
    public func sendHeaders(_ call: CallID) -> Bool {
        eventLoop.assertInEventLoop()
        guard let slot = calls.open(call), !slot.pointee.kind.contains(.plain) else { return false }
        slot.pointee.http2?._withUnsafeGuaranteedRef { $0.progress(call.index, slot) }
        return true
    }

    /// Sends one message on a stream, copied.
    ///
    /// - Returns: false if the call is gone, or has failed because the message cannot be sent.
    @discardableResult
    public func send(_ call: CallID, message: UnsafeRawBufferPointer) -> Bool {
        send(call, size: message.count) { $0.copyMemory(from: message) }
    }

    /// Sends one message of exactly `size` bytes on a stream, written in place.
    ///
    /// - Returns: false if the call is gone, or has failed because the message cannot be sent.
    @discardableResult
    public func send(_ call: CallID, size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) -> Bool {
        eventLoop.assertInEventLoop()
        guard let slot = calls.open(call), !slot.pointee.kind.contains(.plain), admit(call, slot, size) else {
            return false
        }
        append(slot, size: size, write)
        slot.pointee.http2?._withUnsafeGuaranteedRef { $0.progress(call.index, slot) }
        return true
    }

    /// Sends one message on a stream; a large one is not copied.
    ///
    /// - Returns: false if the call is gone, or has failed because the message cannot be sent.
    @discardableResult
    public func send(_ call: CallID, message: ByteBuffer) -> Bool {
        let size = message.readableBytes
        eventLoop.assertInEventLoop()
        guard let slot = calls.open(call) else { return false }
        guard size >= OutgoingBytes.attachmentThreshold, !slot.pointee.kind.contains(.compressed) else {
            return message.withUnsafeReadableBytes { send(call, message: $0) }
        }
        guard !slot.pointee.kind.contains(.plain), admit(call, slot, size) else {
            return false
        }
        slot.pointee.output.waiting.append(5) { Self.writePrefix(to: $0, size: size) }
        slot.pointee.output.waiting.attach(message)
        queued(slot, size + 5)
        slot.pointee.http2?._withUnsafeGuaranteedRef { $0.progress(call.index, slot) }
        return true
    }

    /// Stops to take what the client of a client-streaming or bidirectional call sends, or goes on: while it is paused the
    /// client's window is not opened any further, so that it sends at most what the window still holds.
    public func setInbound(_ call: CallID, isPaused: Bool) {
        eventLoop.assertInEventLoop()
        guard let slot = calls.open(call), !slot.pointee.kind.contains(.plain) else { return }
        if isPaused {
            slot.pointee.input.isPaused = true
        } else if slot.pointee.input.isPaused {
            slot.pointee.input.isPaused = false
            slot.pointee.http2?._withUnsafeGuaranteedRef { $0.giveBackWindow(slot) }
        }
    }

    /// Ends a stream after the messages that were sent.
    ///
    /// - Returns: false if the call is gone.
    @discardableResult
    public func finish(_ call: CallID, _ status: RPCStatus = .ok) -> Bool {
        eventLoop.assertInEventLoop()
        guard let slot = calls.open(call), !slot.pointee.kind.contains(.plain) else { return false }
        close(call.index, slot, with: status)
        return true
    }

    // MARK: Plain HTTP

    /// Answers a plain HTTP request.
    ///
    /// - Returns: false if the request is gone.
    @discardableResult
    public func respond(_ call: CallID, _ response: HTTPResponse) -> Bool {
        eventLoop.assertInEventLoop()
        guard let slot = plain(call) else { return false }
        slot.pointee.isOpen = false
        if let http1 = slot.pointee.http1 {
            http1.respond(call.index, response)
        } else {
            slot.pointee.http2?.takeUnretainedValue().respondPlain(call.index, slot, response, isComplete: true)
        }
        return true
    }

    /// Begins a response whose body follows in pieces, each of which is sent as soon as `flush` is called.
    ///
    /// - Returns: false if the request is gone.
    @discardableResult
    public func startResponse(_ call: CallID, _ head: HTTPResponse) -> Bool {
        eventLoop.assertInEventLoop()
        guard let slot = plain(call) else { return false }
        if let http1 = slot.pointee.http1 {
            http1.startResponse(head)
        } else {
            slot.pointee.http2?.takeUnretainedValue().respondPlain(call.index, slot, head, isComplete: false)
        }
        return true
    }

    /// Appends to a response that was begun.
    ///
    /// - Returns: false if the request is gone.
    @discardableResult
    public func sendBody(_ call: CallID, _ bytes: [UInt8]) -> Bool {
        eventLoop.assertInEventLoop()
        guard let slot = plain(call) else { return false }
        if let http1 = slot.pointee.http1 {
            http1.sendBody(bytes)
        } else if !slot.pointee.kind.contains(.headOnly) {
            slot.pointee.output.waiting.append(bytes.count) { room in
                bytes.withUnsafeBytes { room.copyMemory(from: $0) }
            }
            queued(slot, bytes.count)
            slot.pointee.http2?._withUnsafeGuaranteedRef { $0.progress(call.index, slot) }
        }
        return true
    }

    /// Ends a response that was begun.
    ///
    /// - Returns: false if the request is gone.
    @discardableResult
    public func finishBody(_ call: CallID) -> Bool {
        eventLoop.assertInEventLoop()
        guard let slot = plain(call) else { return false }
        slot.pointee.isOpen = false
        if let http1 = slot.pointee.http1 {
            http1.finishBody(call.index)
        } else {
            slot.pointee.output.isFinished = true
            slot.pointee.http2?._withUnsafeGuaranteedRef { $0.progress(call.index, slot) }
        }
        return true
    }

    // MARK: Parts

    private func plain(_ call: CallID) -> UnsafeMutablePointer<CallSlot>? {
        guard let slot = calls.open(call), slot.pointee.kind.contains(.plain) else { return nil }
        return slot
    }

    /// Looks at a message before it is written: one that is too large, or that nobody has room for, ends its call.
    ///
    /// - Returns: whether the message may be written.
    @inline(__always)
    private func admit(_ call: CallID, _ slot: UnsafeMutablePointer<CallSlot>, _ size: Int) -> Bool {
        if size <= Self.maxAnswerBytes, hasRoom(slot, size) { return true }
        var status = configuration.overloaded
        if size > Self.maxAnswerBytes {
            let text = "grpc: trying to send message larger than max (\(size) vs. \(Self.maxAnswerBytes))"
            status = RPCStatus(.resourceExhausted, text)
        }
        close(call.index, slot, with: status)
        return false
    }

    /// Whether the budget has room for a message. A message alone always has, whatever its size; and a connection on which
    /// little waits is answered whatever others do not read, within bounds.
    @inline(__always)
    private func hasRoom(_ slot: UnsafeMutablePointer<CallSlot>, _ size: Int) -> Bool {
        if waitingBytes == 0 || budget.hasRoom(for: size) { return true }
        let own = slot.pointee.http2?._withUnsafeGuaranteedRef { $0.account.waiting } ?? 0
        return own + size <= configuration.limits.assuredResponseBytes && budget.hasReserve
    }

    /// The largest message that is sent, in bytes: what clients of all languages can take, and grpc-go's own limit.
    static let maxAnswerBytes = Int(Int32.max)

    /// The five bytes before every message: not compressed, and the length (gRPC over HTTP/2,
    /// Length-Prefixed-Message).
    @inline(__always)
    static func writePrefix(to memory: UnsafeMutableRawBufferPointer, size: Int) {
        memory[0] = 0
        memory.baseAddress!.storeBytes(of: UInt32(size).bigEndian, toByteOffset: 1, as: UInt32.self)
    }

    @inline(__always)
    private func append(
        _ slot: UnsafeMutablePointer<CallSlot>, size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        if slot.pointee.kind.contains(.compressed), Gzip.worthwhileBytes.contains(size) {
            return appendCompressed(slot, size: size, write)
        }
        slot.pointee.output.waiting.append(size + 5) { memory in
            Self.writePrefix(to: memory, size: size)
            write(UnsafeMutableRawBufferPointer(rebasing: memory[5...]))
        }
        queued(slot, size + 5)
    }

    /// Appends a message compressed, or as it is if that would not make it smaller.
    private func appendCompressed(
        _ slot: UnsafeMutablePointer<CallSlot>, size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        let message = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        defer { message.deallocate() }
        write(message)
        let smaller = Gzip.deflate(UnsafeRawBufferPointer(message))
        let count = smaller?.count ?? size
        slot.pointee.output.waiting.append(count + 5) { memory in
            Self.writePrefix(to: memory, size: count)
            memory[0] = smaller == nil ? 0 : 1
            let room = UnsafeMutableRawBufferPointer(rebasing: memory[5...])
            if let smaller { room.copyBytes(from: smaller) } else { room.copyBytes(from: message) }
        }
        queued(slot, count + 5)
    }

    @inline(__always)
    private func queued(_ slot: UnsafeMutablePointer<CallSlot>, _ bytes: Int) {
        if !slot.pointee.kind.contains(.plain) {
            tally.pointee.messagesSent += 1
            tally.pointee.methods.countSent(slot.pointee.method)
        }
        slot.pointee.http2?._withUnsafeGuaranteedRef { $0.addWaiting(bytes) }
        if slot.pointee.output.waiting.count > configuration.limits.streamHighWater {
            slot.pointee.output.owesDrain = true
        }
    }

    /// The application is done with the call.
    @inline(__always)
    func close(_ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, with status: RPCStatus) {
        if !status.message.isEmpty { slot.pointee.output.statusMessage = status.message }
        close(index, slot, status.code)
    }

    @inline(__always)
    private func close(_ index: UInt32, _ slot: UnsafeMutablePointer<CallSlot>, _ code: StatusCode) {
        slot.pointee.isOpen = false
        slot.pointee.output.isFinished = true
        slot.pointee.output.code = code
        tally.pointee.callsEnded[Int(code.rawValue)] += 1
        tally.pointee.methods.countEnd(slot.pointee.method, code)
        slot.pointee.http2?._withUnsafeGuaranteedRef { $0.progress(index, slot) }
    }
}

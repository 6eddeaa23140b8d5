import NIOCore
import NIOPosix

@testable import DecreeHTTP2

/// A client that writes its bytes by hand.
final class RawPeer: @unchecked Sendable {
    private let channel: any Channel
    private let chunks: AsyncStream<ByteBuffer>
    private var input: [UInt8] = []
    /// The input before this was handed out as frames.
    private var position = 0
    private(set) var isAtEnd = false

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private init(channel: any Channel, chunks: AsyncStream<ByteBuffer>) {
        self.channel = channel
        self.chunks = chunks
    }

    /// - Parameter reads: whether it takes what the server sends before `startReading` is called.
    static func connect(_ port: Int, reads: Bool = true) async throws -> RawPeer {
        let (chunks, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Forwarder(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawPeer(channel: channel, chunks: chunks)
    }

    /// Passes on what comes in.
    private final class Forwarder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<ByteBuffer>.Continuation

        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }

        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    deinit { close() }

    func close() { channel.close(promise: nil) }

    /// Sends no more, and still reads.
    func closeOutput() { channel.close(mode: .output, promise: nil) }

    /// Sends everything, sooner or later.
    func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    func startReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

    private func fill() async {
        var iterator = chunks.makeAsyncIterator()
        if let chunk = await iterator.next() {
            input.append(contentsOf: chunk.readableBytesView)
        } else {
            isAtEnd = true
        }
    }

    /// The next frame, or nil at the end of the connection.
    func frame() async -> (type: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8])? {
        while true {
            let start = position
            if input.count >= start + 9 {
                let length = Int(input[start]) << 16 | Int(input[start + 1]) << 8 | Int(input[start + 2])
                let end = start + 9 + length
                if input.count >= end {
                    let stream = input[(start + 5)..<(start + 9)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                    position = end
                    return (input[start + 3], input[start + 4], stream, Array(input[(start + 9)..<end]))
                }
            }
            if isAtEnd { return nil }
            input.removeFirst(position)
            position = 0
            await fill()
        }
    }

    /// The last GOAWAY before the server closes: its code and text.
    func goAway() async -> (code: UInt32, text: String)? {
        var last: (UInt32, String)?
        while let frame = await frame() {
            guard frame.type == 7 else { continue }
            last = (
                frame.payload[4..<8].reduce(0) { $0 << 8 | UInt32($1) },
                String(decoding: frame.payload[8...], as: UTF8.self)
            )
        }
        return last
    }

    /// Takes and counts all bytes until the server closes.
    func byteCount() async -> Int {
        var count = input.count
        while !isAtEnd {
            input.removeAll(keepingCapacity: true)
            await fill()
            count += input.count
        }
        return count
    }

    /// All text until `end` occurs, or until the server closes.
    func text(until end: String? = nil) async -> String {
        while !isAtEnd {
            let text = String(decoding: input, as: UTF8.self)
            if let end, text.contains(end) {
                input.removeAll()
                return text
            }
            await fill()
        }
        return String(decoding: input, as: UTF8.self)
    }
}

/// Frames as bytes.
enum RawFrame {
    static func frame(type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
            + withUnsafeBytes(of: stream.bigEndian) { Array($0) } + payload
    }

    static let settings = frame(type: 4)
    static let ping = frame(type: 6, [UInt8](repeating: 7, count: 8))

    static func data(_ stream: UInt32, _ bytes: [UInt8], ends: Bool = false) -> [UInt8] {
        frame(type: 0, flags: ends ? 1 : 0, stream: stream, bytes)
    }

    static func reset(_ stream: UInt32) -> [UInt8] { frame(type: 3, stream: stream, [0, 0, 0, 8]) }

    /// HEADERS with fields that are neither indexed nor Huffman-coded (RFC 7541, section 6.2.2).
    static func headers(_ stream: UInt32, _ fields: [(String, String)], ends: Bool = false) -> [UInt8] {
        var block: [UInt8] = []
        for (name, value) in fields {
            block.append(0)
            for text in [name, value] {
                append(length: text.utf8.count, to: &block)
                block.append(contentsOf: text.utf8)
            }
        }
        return frame(type: 1, flags: ends ? 5 : 4, stream: stream, block)
    }

    private static func append(length: Int, to block: inout [UInt8]) {
        guard length >= 127 else { return block.append(UInt8(length)) }
        block.append(127)
        var rest = length - 127
        while rest >= 128 {
            block.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        block.append(UInt8(rest))
    }

    static func call(_ stream: UInt32, _ path: String, _ more: [(String, String)] = [], verb: String = "POST")
        -> [UInt8]
    {
        headers(
            stream,
            [
                (":method", verb), (":scheme", "http"), (":path", path), (":authority", "test"), ("te", "trailers"),
                ("content-type", "application/grpc"),
            ] + more)
    }

    static func message(_ bytes: [UInt8], compressed: UInt8 = 0) -> [UInt8] {
        [compressed] + bigEndian(bytes.count) + bytes
    }
}

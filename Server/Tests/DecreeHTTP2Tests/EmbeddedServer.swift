import NIOCore
import NIOEmbedded

@testable import DecreeHTTP2

/// One loop of a server and one connection to it without sockets, so that a test decides when what is read and when the
/// connection breaks.
final class EmbeddedServer {
    let loop: RPCLoop
    let channel: EmbeddedChannel
    var handler: TestHandler { loop.handler as! TestHandler }
    private let breaker: Breaker

    /// - Parameter breaksAtWrite: the write or flush that finds the connection broken; nil: none.
    init(breaksAtWrite: Int? = nil, _ configure: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var configuration = ServerConfiguration(listeners: [])
        configure(&configuration)
        channel = EmbeddedChannel()
        loop = RPCLoop(
            index: 0, eventLoop: channel.eventLoop, methods: MethodTable(TestMethod.allCases.map(\.method)),
            configuration: configuration, budget: SharedBudget(limit: configuration.limits.maxHeldBytes))
        loop.handler = TestHandler(loop)
        breaker = Breaker(breaksAtWrite)
        let sniffer = ProtocolSniffer(loop: loop, listener: 0, serves: [.grpc, .http])
        try channel.pipeline.syncOperations.addHandlers([breaker, sniffer])
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
    }

    /// Writes and flushes that reached the connection so far.
    var writes: Int { breaker.writes }

    /// The client's bytes come in one read, and the turn of the loop ends.
    func receive(_ bytes: [UInt8]) {
        if channel.isActive || breaker.hasBroken {
            channel.pipeline.fireChannelRead(ByteBuffer(bytes: bytes))
            channel.pipeline.fireChannelReadComplete()
        }
        channel.embeddedEventLoop.run()
    }

    func receive(_ text: String) { receive(Array(text.utf8)) }

    /// What the server wrote since this was asked last.
    func sent() -> [UInt8] {
        var bytes: [UInt8] = []
        while let next = try? channel.readOutbound(as: IOData.self) {
            guard case .byteBuffer(let buffer) = next else { continue }
            bytes += Array(buffer.readableBytesView)
        }
        return bytes
    }

    /// The same as frames.
    func sentFrames() -> [(type: UInt8, stream: UInt32, payload: [UInt8])] {
        var frames: [(type: UInt8, stream: UInt32, payload: [UInt8])] = []
        var rest = sent()[...]
        while rest.count >= 9 {
            let header = Array(rest.prefix(9))
            let length = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
            let stream = header[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            frames.append((header[3], stream, Array(rest.dropFirst(9).prefix(length))))
            rest = rest.dropFirst(9 + length)
        }
        return frames
    }

    /// Whether the server may still send.
    var isOutputOpen: Bool { channel.isActive && !breaker.outputIsClosed }

    func sentText() -> String { String(decoding: sent(), as: UTF8.self) }

    /// Whether nothing is left of the connection and its calls.
    var isEmpty: Bool { loop.openCalls == 0 && loop.openConnections == 0 }

    func close() {
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        loop.stop()
    }

    /// Closes the channel in the middle of a write or flush, as a socket does whose client has reset the connection.
    private final class Breaker: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        private let breaksAtWrite: Int?
        private(set) var writes = 0
        private(set) var hasBroken = false
        private(set) var outputIsClosed = false

        init(_ breaksAtWrite: Int?) { self.breaksAtWrite = breaksAtWrite }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if breaks(context) {
                promise?.fail(ChannelError.ioOnClosedChannel)
            } else {
                context.write(data, promise: promise)
            }
        }

        func flush(context: ChannelHandlerContext) {
            if !breaks(context) { context.flush() }
        }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            outputIsClosed = true
            // The client takes the end of the answers for the end of all.
            context.close(mode: .all, promise: promise)
        }

        private func breaks(_ context: ChannelHandlerContext) -> Bool {
            writes += 1
            guard writes == breaksAtWrite else { return false }
            hasBroken = true
            context.close(promise: nil)
            return true
        }
    }
}

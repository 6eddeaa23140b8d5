import DecreeRPC
import NIOCore
import NIOPosix

@testable import DecreeHTTP2

/// What the tests' methods do.
enum TestMethod: UInt16, CaseIterable {
    /// Answers with the request.
    case echo
    /// Answers with as many bytes as the request says (big-endian UInt32).
    case sized
    /// Keeps the call until a `release` comes.
    case hold
    /// The same, and is released with a megabyte.
    case holdLarge
    /// Answers all calls that are held, then itself.
    case release
    /// Fails with the request's text.
    case fail
    /// Answers with as many bytes as the request says (big-endian UInt64), written in place, without a bound.
    case huge
    /// The same as `sized`, made piece by piece as it leaves.
    case pieces
    /// Bidirectional: sends every message back.
    case chat
    /// Server streaming: as many messages as the request says.
    case list

    var method: Method {
        switch self {
        case .chat: Method(service: "test.Service", name: "chat", kind: .bidirectional)
        case .list: Method(service: "test.Service", name: "list", kind: .serverStreaming)
        default: Method(service: "test.Service", name: "\(self)")
        }
    }

    var path: String { method.path }
}

/// An application for the tests. Records what it is told.
final class TestHandler: CallHandler {
    let loop: RPCLoop
    var held: [CallID] = []
    var cancelled: [(MethodID, Cancellation)] = []
    var halfClosed = 0
    var drained = 0
    var readCompletes = 0
    var lastMetadata = CallMetadata(nil)
    /// Of the last answer in pieces; nil once nothing needs it any more.
    weak var lastSource: PieceSource?
    /// Resumed when a call is cancelled.
    var whenCancelled: EventLoopPromise<Cancellation>?
    /// Succeeds as soon as this many calls are held.
    var awaited: (count: Int, promise: EventLoopPromise<Void>)?

    init(_ loop: RPCLoop) {
        self.loop = loop
    }

    func received(
        _ message: UnsafeRawBufferPointer, on call: CallID, method: MethodID, metadata: CallMetadata
    ) {
        lastMetadata = metadata
        switch TestMethod(rawValue: method.rawValue)! {
        case .echo: loop.respond(call, message: message)
        case .sized: loop.respond(call, message: Self.bytes(count: Self.number(message)))
        case .huge:
            let size = Int(UInt64(bigEndian: message.loadUnaligned(as: UInt64.self)))
            loop.respond(call, size: size) { _ in }
        case .pieces:
            let source = PieceSource(count: Self.number(message))
            lastSource = source
            loop.respond(call, size: source.left, from: source)
        case .hold, .holdLarge: hold(call)
        case .release: release(call)
        case .fail: loop.fail(call, RPCStatus(.failedPrecondition, String(decoding: message, as: UTF8.self)))
        case .chat: loop.send(call, message: message)
        case .list:
            for number in 0..<min(1_000, Self.number(message)) { loop.send(call, message: Self.bytes(count: number)) }
            loop.finish(call)
        }
    }

    private func hold(_ call: CallID) {
        held.append(call)
        if let awaited, held.count >= awaited.count { awaited.promise.succeed() }
    }

    private func release(_ call: CallID) {
        for other in held {
            if loop.method(of: other)?.rawValue == TestMethod.holdLarge.rawValue {
                loop.respond(other, size: 1 << 20) { _ in }
            } else {
                loop.respond(other, size: 2) { $0.copyBytes(from: [1, 2]) }
            }
        }
        held.removeAll()
        loop.respond(call, size: 0) { _ in }
    }

    func halfClosed(_ call: CallID, method: MethodID) {
        halfClosed += 1
        loop.finish(call)
    }

    func readComplete() { readCompletes += 1 }

    func cancelled(_ call: CallID, method: MethodID, reason: Cancellation) {
        cancelled.append((method, reason))
        held.removeAll { $0 == call }
        whenCancelled?.succeed(reason)
        whenCancelled = nil
    }

    func drained(_ call: CallID, method: MethodID) { drained += 1 }

    func received(_ request: HTTPRequest, on call: CallID) {
        switch (request.method, request.path) {
        case ("GET", "/health"), ("HEAD", "/health"):
            loop.respond(call, HTTPResponse(status: 200, body: Array("fine\n".utf8)))
        case (_, "/health"): loop.respond(call, .methodNotAllowed(allow: "GET"))
        case ("POST", "/echo"): loop.respond(call, HTTPResponse(status: 200, body: request.body))
        case ("GET", "/stream"):
            loop.startResponse(call, HTTPResponse(status: 200))
            for part in ["a\n", "b\n"] { loop.sendBody(call, Array(part.utf8)) }
            loop.finishBody(call)
        case ("GET", "/large"):
            loop.respond(call, HTTPResponse(status: 200, body: [UInt8](repeating: 7, count: 100_000)))
        case ("GET", "/never"): hold(call)
        case ("GET", "/endless"):
            loop.startResponse(call, HTTPResponse(status: 200))
            hold(call)
        case ("GET", "/wide"):
            let field = HTTPField("wide", String(repeating: "x", count: 100_000))
            loop.respond(call, HTTPResponse(status: 200, fields: [field], body: Array("fine".utf8)))
        default: loop.respond(call, .notFound)
        }
    }

    /// The number that a request asks for; bounded, because some requests are damaged on purpose.
    static func number(_ message: UnsafeRawBufferPointer) -> Int {
        guard message.count >= 4 else { return 0 }
        return min(Int(UInt32(bigEndian: message.loadUnaligned(as: UInt32.self))), 1 << 24)
    }

    static func bytes(count: Int) -> ByteBuffer {
        ByteBuffer(repeating: UInt8(truncatingIfNeeded: count), count: count)
    }
}

/// Makes an answer of equal bytes.
final class PieceSource: MessageSource {
    private(set) var left: Int
    private(set) var made = 0
    static let pieceBytes = 100_000

    init(count: Int) { left = count }

    func nextPiece() -> ByteBuffer {
        let count = min(left, Self.pieceBytes)
        left -= count
        made += count
        return ByteBuffer(repeating: 7, count: count)
    }
}

/// A server on a port of its own, with one event loop.
struct TestServer {
    let group: MultiThreadedEventLoopGroup
    let server: RPCServer
    var port: Int { server.ports[0] }
    var loop: RPCLoop { server.loops[0] }

    /// Runs `body` against a new server and checks that nothing is left open afterwards.
    static func with(
        _ configure: (inout ServerConfiguration) -> Void = { _ in }, _ body: (TestServer) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration(listeners: [Listener(.tcp(host: "127.0.0.1", port: 0))])
        configure(&configuration)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await RPCServer.start(
            configuration, on: group, methods: MethodTable(TestMethod.allCases.map(\.method))
        ) { TestHandler($0) }
        let running = TestServer(group: group, server: server)
        do {
            try await body(running)
        } catch {
            await running.stop()
            throw error
        }
        await running.stop()
    }

    private func stop() async {
        await server.shutdownGracefully(grace: .milliseconds(200))
        try? await group.shutdownGracefully()
    }

    func connect(
        _ configure: (inout GRPCClientConfiguration) -> Void = { _ in }
    ) async throws -> GRPCConnection {
        var configuration = GRPCClientConfiguration()
        configure(&configuration)
        return try await GRPCConnection.connect(host: "127.0.0.1", port: port, on: group.next(), configuration)
    }

    /// Looks at the handler on its loop.
    func onLoop<Result: Sendable>(_ body: @escaping @Sendable (TestHandler, RPCLoop) -> Result) async throws -> Result {
        let loop = loop
        return try await loop.eventLoop.submit { body(loop.handler as! TestHandler, loop) }.get()
    }

    /// Waits until the handler holds this many calls.
    func untilHeld(_ count: Int) async throws {
        let loop = loop
        try await loop.eventLoop.flatSubmit {
            let handler = loop.handler as! TestHandler
            let promise = loop.eventLoop.makePromise(of: Void.self)
            if handler.held.count >= count { promise.succeed() } else { handler.awaited = (count, promise) }
            return promise.futureResult
        }.get()
    }

    /// Waits for the next cancellation.
    func nextCancellation(after action: () async throws -> Void) async throws -> Cancellation {
        let loop = loop
        let future = try await loop.eventLoop.submit {
            let promise = loop.eventLoop.makePromise(of: Cancellation.self)
            (loop.handler as! TestHandler).whenCancelled = promise
            return promise.futureResult
        }.get()
        try await action()
        return try await future.get()
    }

    /// Waits until the loop has nothing open, giving other work on the loop a turn in between.
    func untilEmpty() async throws {
        for _ in 0..<1_000_000 {
            if try await onLoop({ _, loop in loop.openCalls == 0 && loop.openConnections == 0 }) { return }
        }
        throw RPCStatus(.internalError, "calls or connections stay open")
    }
}

func bigEndian(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
}

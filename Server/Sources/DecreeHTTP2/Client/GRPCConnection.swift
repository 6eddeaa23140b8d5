import CNghttp2
import DecreeRPC
import NIOCore
import NIOPosix

/// Why a client has no connection.
public enum GRPCConnectionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No connection could be made; the reason is the system's, such as `connection refused`.
    case cannotConnect(address: String, reason: String)
    /// The connection was closed.
    case closed(reason: String)

    public var description: String {
        switch self {
        case .cannotConnect(let address, let reason): "cannot connect to \(address): \(reason)"
        case .closed(let reason): "connection closed: \(reason)"
        }
    }
}

/// How a client's connection behaves.
public struct GRPCClientConfiguration: Sendable {
    /// How much the server may send ahead on one stream and on the connection, in bytes.
    public var streamWindowBytes: Int32 = 1 << 20
    public var connectionWindowBytes: Int32 = 16 << 20
    /// The largest response message, in bytes.
    public var maxMessageBytes = Int(Int32.max)
    /// How long to wait for the connection to be made.
    public var connectTimeoutSeconds = 5
    public var userAgent = "decree"
    /// Called on the loop before anything is sent: the place to put TLS in front.
    public var prepare: (@Sendable (any Channel) throws -> Void)?

    /// The defaults.
    public init() {}
}

/// Takes what comes in on a connection, without a closure, task or allocation for a call. Called on the connection's
/// loop only.
public protocol GRPCConnectionDelegate: AnyObject {
    /// A call that was begun with `start` has ended.
    ///
    /// - Parameters:
    ///   - tag: the one given to `start`.
    ///   - message: the response of a unary call, borrowed; empty if the status is not OK, and for streams.
    func completed(_ tag: UInt64, status: RPCStatus, message: UnsafeRawBufferPointer)

    /// A message came in on a stream.
    func received(_ message: UnsafeRawBufferPointer, tag: UInt64)

    /// The input of one read has been delivered; calls begun until this returns leave in one write.
    func readComplete()

    /// The connection is gone; all calls were completed with `unavailable` before.
    func closed(_ error: GRPCConnectionError)
}

extension GRPCConnectionDelegate {
    public func received(_ message: UnsafeRawBufferPointer, tag: UInt64) {}
    public func readComplete() {}
    public func closed(_ error: GRPCConnectionError) {}
}

/// A path that a connection has memory for, so that calling it copies nothing. Valid on the connection that made it.
public struct PreparedPath: Sendable, Hashable {
    let index: Int
}

/// Names a call of one client connection.
public struct ClientCallID: Sendable, Hashable {
    let index: Int
    let generation: UInt32
}

/// A client's HTTP/2 connection for gRPC calls, as many at once as the server allows. It does not reconnect: when it
/// is closed, make another.
///
/// The asynchronous methods may be called from anywhere, the others only on `eventLoop`.
public final class GRPCConnection: @unchecked Sendable {
    public let eventLoop: any EventLoop
    let session: ClientSession

    private init(eventLoop: any EventLoop, session: ClientSession) {
        self.eventLoop = eventLoop
        self.session = session
    }

    /// Connects to a server that speaks HTTP/2 at once (prior knowledge).
    ///
    /// - Throws: `GRPCConnectionError.cannotConnect`.
    public static func connect(
        host: String, port: Int, on eventLoop: any EventLoop, _ configuration: GRPCClientConfiguration = .init()
    ) async throws(GRPCConnectionError) -> GRPCConnection {
        try await connect(to: .tcp(host: host, port: port), on: eventLoop, configuration)
    }

    /// Connects to a server at a TCP or Unix address.
    ///
    /// - Throws: `GRPCConnectionError.cannotConnect`.
    public static func connect(
        to address: ListenAddress, on eventLoop: any EventLoop, _ configuration: GRPCClientConfiguration = .init()
    ) async throws(GRPCConnectionError) -> GRPCConnection {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.writeBufferWaterMark, value: .init(low: 32_768, high: 131_072))
            .connectTimeout(.seconds(Int64(configuration.connectTimeoutSeconds)))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try configuration.prepare?(channel)
                    let session = ClientSession(authority: address.authority, configuration, channel.eventLoop)
                    try channel.pipeline.syncOperations.addHandler(session)
                }
            }
        do {
            let channel: any Channel
            switch address {
            case .tcp(let host, let port):
                channel = try await bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .connect(host: host, port: port).get()
            case .unix(let path):
                channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
            }
            return try await eventLoop.submit {
                let session = try channel.pipeline.syncOperations.handler(type: ClientSession.self)
                return GRPCConnection(eventLoop: eventLoop, session: session)
            }.get()
        } catch {
            throw .cannotConnect(address: "\(address)", reason: reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        if let failure = error as? NIOConnectionError {
            if let attempt = failure.connectionErrors.last { return RPCServer.reason(attempt.error) }
            return "the host is not known"
        }
        if case ChannelError.connectTimeout = error { return "connection timed out" }
        return RPCServer.reason(error)
    }

    // MARK: From anywhere

    /// Makes a unary call.
    ///
    /// - Parameters:
    ///   - path: `/service/method`.
    ///   - metadata: further request headers, names in lower case.
    ///   - timeout: after it the call fails with `deadlineExceeded`; nil: no limit.
    /// - Returns: the response message.
    /// - Throws: the status that the call ended with, `unavailable` if the connection is gone, `cancelled` if the task
    ///   was cancelled.
    public func call(
        _ path: String, _ message: [UInt8], metadata: [HTTPField] = [], timeout: Duration? = nil
    ) async throws(RPCStatus) -> [UInt8] {
        let begun = BegunCall()
        let answer: Result<[UInt8], RPCStatus> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                eventLoop.execute {
                    let call = self.session.begin(
                        path: self.session.prepare(path), .single(continuation), metadata: metadata,
                        timeout: timeout.map(Self.nanoseconds))
                    guard let call else { return }
                    message.withUnsafeBytes { self.session.send(call, $0) }
                    self.session.finish(call)
                    begun.call = call
                    if begun.isCancelled { self.cancel(call) }
                }
            }
        } onCancel: {
            eventLoop.execute {
                begun.isCancelled = true
                if let call = begun.call { self.cancel(call) }
            }
        }
        return try answer.get()
    }

    /// Opens a stream in both directions. It may be used for server-streaming calls too.
    ///
    /// - Parameters:
    ///   - path: `/service/method`.
    ///   - metadata: further request headers, names in lower case.
    ///   - timeout: after it the stream fails with `deadlineExceeded`; nil: no limit.
    public func stream(_ path: String, metadata: [HTTPField] = [], timeout: Duration? = nil) async -> GRPCStream {
        let (messages, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        let call = try? await eventLoop.submit {
            self.session.begin(
                path: self.session.prepare(path), .stream(continuation), metadata: metadata,
                timeout: timeout.map(Self.nanoseconds))
        }.get()
        return GRPCStream(messages: messages, connection: self, call: call)
    }

    /// Closes the connection; calls that are open fail with `unavailable`.
    public func close() async {
        try? await eventLoop.flatSubmit { self.session.close() }.get()
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (whole, overflow) = duration.components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole + duration.components.attoseconds / 1_000_000_000
    }

    // MARK: On the loop

    /// Who takes what comes in for calls that were begun with `start`. Not retained.
    public func setDelegate(_ delegate: any GRPCConnectionDelegate) {
        eventLoop.preconditionInEventLoop()
        session.delegate = delegate
    }

    /// Whether new calls can be begun.
    public var isOpen: Bool { session.acceptsCalls }

    /// Calls that have not ended.
    public var openCalls: Int { session.openCalls }

    /// Bytes read from and written to the socket.
    public var bytesReceived: UInt64 { session.bytesReceived }
    public var bytesSent: UInt64 { session.bytesSent }

    /// Gives a path memory of its own for the life of the connection.
    public func prepare(_ path: String) -> PreparedPath { session.prepare(path) }

    /// Begins a unary call. It leaves with `flush`, or when `readComplete` returns. If the connection takes no calls
    /// the delegate is told at once.
    ///
    /// - Parameters:
    ///   - message: copied.
    ///   - tag: given back with the answer.
    ///   - timeout: nanoseconds after which the call fails; nil: no limit.
    public func start(
        _ path: PreparedPath, message: UnsafeRawBufferPointer, tag: UInt64, metadata: [HTTPField] = [],
        timeout: Int64? = nil
    ) {
        eventLoop.assertInEventLoop()
        guard
            let call = session.begin(path: path, .delegate(tag, isStream: false), metadata: metadata, timeout: timeout)
        else { return }
        session.send(call, message)
        session.finish(call)
    }

    /// Begins a stream whose messages go to the delegate.
    ///
    /// - Returns: nil if the connection takes no calls; the delegate was told.
    public func startStream(
        _ path: PreparedPath, tag: UInt64, metadata: [HTTPField] = [], timeout: Int64? = nil
    ) -> ClientCallID? {
        eventLoop.assertInEventLoop()
        return session.begin(path: path, .delegate(tag, isStream: true), metadata: metadata, timeout: timeout)
    }

    /// Sends a message on a stream; ignored if the stream is gone.
    public func send(_ call: ClientCallID, message: UnsafeRawBufferPointer) { session.send(call, message) }

    /// Closes the client's side of a stream.
    public func finish(_ call: ClientCallID) { session.finish(call) }

    /// Gives a call up: the server is told, and the call ends with `cancelled`.
    public func cancel(_ call: ClientCallID) {
        session.fail(call, RPCStatus(.cancelled, "context canceled"))
    }

    /// Writes what was begun, with one write.
    public func flush() { session.pump() }
}

/// What a task's cancellation needs to know of its call. Used on the connection's loop only.
private final class BegunCall: @unchecked Sendable {
    var call: ClientCallID?
    var isCancelled = false
}

/// A stream of messages in both directions.
public struct GRPCStream: Sendable {
    /// What the server sends; ends when the call ends with OK, and throws its `RPCStatus` otherwise.
    public let messages: AsyncThrowingStream<[UInt8], any Error>
    private let connection: GRPCConnection
    private let call: ClientCallID?

    init(messages: AsyncThrowingStream<[UInt8], any Error>, connection: GRPCConnection, call: ClientCallID?) {
        self.messages = messages
        self.connection = connection
        self.call = call
    }

    /// Sends a message; ignored if the stream has ended.
    public func send(_ message: [UInt8]) {
        guard let call else { return }
        connection.eventLoop.execute { message.withUnsafeBytes { connection.send(call, message: $0) } }
    }

    /// Says that no more messages will be sent.
    public func finish() {
        guard let call else { return }
        connection.eventLoop.execute { connection.finish(call) }
    }

    /// Gives the stream up.
    public func cancel() {
        guard let call else { return }
        connection.eventLoop.execute { connection.cancel(call) }
    }
}

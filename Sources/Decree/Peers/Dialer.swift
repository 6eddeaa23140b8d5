import DecreeNode
import DecreeWire
import Logging
import NIOCore
import NIOPosix
import PaxosBase
import PaxosLog

/// Keeps one connection to a peer open: dials, greets, and dials again after a growing pause.
final class Dialer {
    let link: PeerLink
    let kind: ConnectionKind
    private var transport: PeerTransport { link.transport }
    private var connection: OutgoingConnection?
    /// An attempt is under way.
    private(set) var isDialling = false
    /// The connection that said hello in this attempt. What others have to say, of earlier attempts or of other
    /// addresses, is of no interest.
    private var attempt: OutgoingConnection?
    private(set) var failures = 0
    private var retry: Scheduled<Void>?
    /// The node stops: no connection is wanted any more.
    private(set) var isClosed = false

    init(link: PeerLink, kind: ConnectionKind) {
        self.link = link
        self.kind = kind
    }

    var isReady: Bool { connection != nil }
    /// The next attempt is due after a pause.
    var isWaiting: Bool { retry != nil }

    func dial() {
        guard !isClosed, !isDialling, connection == nil else { return }
        stopWaiting()
        isDialling = true
        let addresses = link.member.addresses
        let address = addresses[failures % addresses.count]
        let connecting = bootstrap(to: address).connect(host: address.host, port: address.port)
        connecting.assumeIsolated().whenFailure { [self] error in
            failed("cannot connect to \(address): \(Self.reason(of: error))", isRefusal: false, of: nil)
        }
    }

    private func bootstrap(to address: PeerAddress) -> ClientBootstrap {
        let limit = transport.settings.maximumOutgoingBytes
        let dialer = NIOLoopBound(self, eventLoop: transport.loop)
        return ClientBootstrap(group: transport.loop)
            .connectTimeout(transport.settings.connectTimeout.timeAmount)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.writeBufferWaterMark, value: .init(low: limit / 2, high: limit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HalfOpenDetector())
                    try dialer.value.transport.settings.peerSecurity?.secureClient(channel, address)
                    try channel.pipeline.syncOperations.addHandler(OutgoingConnection(dialer: dialer.value))
                }
            }
    }

    /// Dials now if it waits for its next attempt.
    func dialAtOnce() {
        guard isWaiting else { return }
        stopWaiting()
        dial()
    }

    private func stopWaiting() {
        retry?.cancel()
        retry = nil
    }

    /// A connection is open and wants to say hello.
    /// - Returns: Whether it may.
    func begins(_ connection: OutgoingConnection) -> Bool {
        guard !isClosed, isDialling, attempt == nil else { return false }
        attempt = connection
        return true
    }

    var hello: Hello? { transport.hello(to: link.member.node, connection: kind) }

    /// The peer accepted and said who it is.
    /// - Returns: Whether this node accepts it, too.
    func greeted(_ connection: OutgoingConnection, by hello: Hello, version: UInt8) -> Bool {
        guard attempt === connection else { return false }
        if let refusal = transport.judge(hello, version: version, expected: link.member.node) {
            failed(refusal.description, isRefusal: true, of: connection)
            return false
        }
        isDialling = false
        attempt = nil
        failures = 0
        self.connection = connection
        link.status.counters.connects += 1
        transport.note(hello, isAnswer: true)
        link.connectionsChanged()
        return true
    }

    /// No connection came about.
    /// - Parameter connection: The one that failed; nil when none was opened.
    func failed(_ reason: String, isRefusal: Bool, of connection: OutgoingConnection?) {
        guard isDialling, !isClosed, attempt === connection else { return }
        isDialling = false
        attempt = nil
        link.status.lastFailure = reason
        transport.publish()
        if isRefusal {
            transport.refusals.report(reason, from: "\(link.member.node)", at: MonotonicClock.now())
        } else {
            transport.refusals.report(unreachable: reason, "\(link.member.node)", at: MonotonicClock.now())
        }
        // Whoever refuses will not think better of it within milliseconds.
        failures = isRefusal ? max(failures, 16) : failures
        scheduleRetry()
    }

    /// A connection ended: a greeted one, or that of the attempt under way, or one that matters no more.
    func ended(_ connection: OutgoingConnection, reason: String?) {
        guard !isClosed else { return }
        guard self.connection === connection else {
            return failed(reason ?? "the peer hung up", isRefusal: false, of: connection)
        }
        self.connection = nil
        link.status.lastFailure = reason ?? "the peer closed the connection"
        link.ended(kind)
        scheduleRetry()
    }

    private func scheduleRetry() {
        guard !isClosed, transport.isOpen, retry == nil else { return }
        let bounds = transport.settings.reconnectDelay
        let doubled = TimeSpan(nanoseconds: bounds.lowerBound.nanoseconds << UInt64(min(failures, 20)))
        let delay = min(doubled, bounds.upperBound)
        failures += 1
        let half = delay / 2
        let pause = TimeSpan(nanoseconds: half.nanoseconds + transport.random.span(below: half).nanoseconds)
        retry = transport.loop.assumeIsolated().scheduleTask(in: pause.timeAmount) { [weak self] in
            self?.retry = nil
            self?.dial()
        }
    }

    /// Sends messages in one frame, unless the peer is not there or too much waits for it already.
    func send(_ messages: [Envelope], using frames: inout FrameBuffer) {
        guard let connection else { return }
        guard connection.isWritable else {
            link.status.counters.framesDropped += 1
            return
        }
        let buffer = frames.encode(messages, allocator: connection.allocator)
        link.status.counters.framesSent += 1
        link.status.counters.bytesSent += UInt64(buffer.readableBytes)
        connection.send(buffer)
    }

    /// Nothing goes through any more.
    func stalled(_ connection: OutgoingConnection, _ reason: String) {
        guard self.connection === connection else { return }
        transport.refusals.report(
            stalled: "on the connection for \(kind == .bulk ? "commands" : "heartbeats"), \(reason)",
            "\(link.member.node)", at: MonotonicClock.now())
    }

    func close() -> EventLoopFuture<Void> {
        isClosed = true
        stopWaiting()
        return (connection ?? attempt)?.close() ?? transport.loop.makeSucceededVoidFuture()
    }

    /// A short text for an error of a connection attempt.
    static func reason(of error: any Error) -> String {
        if let failure = error as? NIOConnectionError {
            if let first = failure.connectionErrors.first { return reason(of: first.error) }
            return "the name cannot be resolved"
        }
        if let failure = error as? IOError { return failure.description }
        if case .connectTimeout? = error as? ChannelError { return "no answer in time" }
        return "\(error)"
    }
}

import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How many clients may be connected, over all listeners: descriptors are left for the journal, snapshots and peers.
final class ConnectionLimit: Sendable {
    let limit: Int
    private let open = Atomic<Int>(0)
    private let report: (@Sendable (String) -> Void)?
    /// The second in which it was said last that nobody is let in.
    private let reported = Atomic<Int>(Int.min)

    init(limit: Int, report: (@Sendable (String) -> Void)?) {
        self.limit = limit
        self.report = report
    }

    /// What the system permits the process, less what it needs itself.
    /// - Parameter kept: How many others need, such as connections between members.
    static func ofDescriptors(keeping kept: Int) -> Int {
        var files = rlimit()
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &files) == 0 else { return 128 }
        let permitted = Int(clamping: files.rlim_cur)
        return share(of: permitted, processors: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))), keeping: kept)
    }

    /// Each event loop has three descriptors of its own, and there is about one for each processor. Beside them stand a dozen
    /// (log, lock, journal, listeners, signals) and what comes and goes: a new segment, a snapshot, connections that are made anew.
    static func share(of permitted: Int, processors: Int, keeping kept: Int) -> Int {
        let needed = 20 + 3 * processors + kept
        let plenty = permitted - 64 - 4 * processors - kept
        return min(maxConnections, max(1, plenty, min(permitted / 4, permitted - needed)))
    }

    /// More are too many whatever the system permits: each costs memory before it asks for anything.
    static let maxConnections = 10_000

    var isReached: Bool { open.load(ordering: .relaxed) >= limit }

    func opened() { open.add(1, ordering: .relaxed) }

    func closed() { open.subtract(1, ordering: .relaxed) }

    /// Says that clients have to wait, at most once a minute.
    func say(_ why: String) {
        let now = Int(NIODeadline.now().uptimeNanoseconds / 1_000_000_000)
        let last = reported.load(ordering: .relaxed)
        guard last == Int.min || now - last >= 60 else { return }
        guard reported.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged else { return }
        report?("clients have to wait for a connection: \(why)")
    }
}

/// Stands before a listener's accepting: lets nobody in while the limit is reached, and rests after an error of `accept`,
/// which would come at once again. Who waits, waits in the system's queue.
final class ConnectionGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    private static let pause = TimeAmount.milliseconds(100)
    private static let pauseAfterError = TimeAmount.seconds(1)

    private let limit: ConnectionLimit
    private var restsUntil = NIODeadline.uptimeNanoseconds(0)
    private var isWaiting = false

    init(_ limit: ConnectionLimit) { self.limit = limit }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let limit = limit
        limit.opened()
        unwrapInboundIn(data).closeFuture.whenComplete { _ in limit.closed() }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        guard !isWaiting else { return }
        if NIODeadline.now() < restsUntil {
            wait(context, Self.pauseAfterError)
        } else if limit.isReached {
            limit.say("\(limit.limit) are open, as many as may be (see the limit of open files)")
            wait(context, Self.pause)
        } else {
            context.read()
        }
    }

    private func wait(_ context: ChannelHandlerContext, _ time: TimeAmount) {
        isWaiting = true
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
            isWaiting = false
            if context.channel.isActive { read(context: context) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError else { return context.fireErrorCaught(error) }
        limit.say(RPCServer.reason(error))
        restsUntil = .now() + Self.pauseAfterError
    }
}

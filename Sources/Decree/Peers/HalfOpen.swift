import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Notices that the machine at the other end of a connection is gone without a word, and ends the connection.
///
/// The node looks for itself, each second, what the system knows of acknowledgements. It must not leave that to the
/// system's own time limits (`TCP_USER_TIMEOUT`, keepalive, the count of retransmissions): where one of them ends a connection,
/// `read` fails with the last error of the route, which is EINVAL where the route is a black hole, and NIO ends the process when
/// `read` fails with EINVAL. So the system is told never to give up. `Docs/FAILURE-MODEL.md` has the whole story.
final class HalfOpenDetector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let patience: TimeAmount
    private var watch: AcknowledgementWatch
    private var look: Scheduled<Void>?

    /// - Parameter patience: How long sent bytes may stay unacknowledged.
    init(patience: TimeAmount = .seconds(5)) {
        self.patience = patience
        watch = AcknowledgementWatch(patience: patience)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        Self.neverGiveUp(context.channel)
        if context.channel.isActive { lookLater(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        lookLater(context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { look?.cancel() }

    /// Keeps the system's time limits from being reached for as long as there are any. An idle connection is probed, so that
    /// there is something to be acknowledged.
    private static func neverGiveUp(_ channel: any Channel) {
        #if os(Linux)
        let options: [(NIOBSDSocket.Option, Int)] = [
            (NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT), Int(Int32.max)),
            (NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE), 5),
            (NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL), 1),
        ]
        for (option, value) in options {
            try? channel.syncOptions?.setOption(.tcpOption(option), value: value)
        }
        #endif
    }

    private func lookLater(_ context: ChannelHandlerContext) {
        #if os(Linux)
        guard look == nil, let socket = context.channel as? any SocketOptionProvider else { return }
        let loop = context.eventLoop.assumeIsolated()
        look = loop.scheduleTask(in: .seconds(1)) { [weak self] in
            self?.look = nil
            socket.getTCPInfo().assumeIsolated().whenSuccess { info in self?.judge(info, context) }
        }
        #endif
    }

    #if os(Linux)
    private func judge(_ info: tcp_info, _ context: ChannelHandlerContext) {
        let isGone = watch.sees(
            unacknowledged: Int(info.tcpi_unacked), probes: Int(info.tcpi_probes),
            sinceAcknowledgement: .milliseconds(Int64(info.tcpi_last_ack_recv)), at: .now())
        guard isGone else { return lookLater(context) }
        context.fireErrorCaught(PeerIsSilent(patience: patience))
        context.close(promise: nil)
    }
    #endif
}

/// Nothing that was sent to a peer is acknowledged any more.
struct PeerIsSilent: Error, CustomStringConvertible {
    let patience: TimeAmount

    var description: String { "nothing was acknowledged for \(patience.nanoseconds / 1_000_000_000) s" }
}

/// Decides from what is seen now and then whether the other end still acknowledges.
struct AcknowledgementWatch {
    /// As many probes without an answer mean that nobody is there. They come in ever longer intervals, or each second.
    private static let tolerableProbes = 5

    private let patience: TimeAmount
    private var waitsSince: NIODeadline?

    init(patience: TimeAmount) { self.patience = patience }

    /// - Parameters:
    ///   - unacknowledged: Segments that were sent and not acknowledged.
    ///   - probes: Probes in a row that were not answered.
    ///   - sinceAcknowledgement: How long ago the last acknowledgement came.
    /// - Returns: Whether the other end is to be given up.
    mutating func sees(
        unacknowledged: Int, probes: Int, sinceAcknowledgement: TimeAmount, at now: NIODeadline
    ) -> Bool {
        if probes >= Self.tolerableProbes { return true }
        guard unacknowledged > 0 else {
            waitsSince = nil
            return false
        }
        // Of an idle connection the last acknowledgement is old although nothing was sent that it could have been for.
        let since = max(waitsSince ?? now, now - sinceAcknowledgement)
        waitsSince = since
        return now - since >= patience
    }
}

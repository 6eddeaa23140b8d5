import DecreeSockets
import NIOCore

/// Ends a connection to a peer whose machine is gone without a word (see `SilenceWatch`); looks each second.
final class HalfOpenDetector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let patience: TimeAmount
    private var watch: SilenceWatch
    private var look: Scheduled<Void>?

    /// - Parameter patience: How long sent bytes may stay unacknowledged.
    init(patience: TimeAmount = .seconds(5)) {
        self.patience = patience
        watch = SilenceWatch(patience: patience)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        SilenceWatch.neverGiveUp(context.channel)
        SilenceWatch.probeWhenIdle(context.channel)
        if context.channel.isActive { lookLater(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        lookLater(context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { look?.cancel() }

    private func lookLater(_ context: ChannelHandlerContext) {
        guard look == nil else { return }
        look = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [weak self] in
            self?.look = nil
            self?.judge(context)
        }
    }

    private func judge(_ context: ChannelHandlerContext) {
        guard watch.isGone(context.channel, at: .now()) else { return lookLater(context) }
        context.fireErrorCaught(PeerIsSilent(patience: patience))
        context.close(promise: nil)
    }
}

/// Nothing that was sent to a peer is acknowledged any more.
struct PeerIsSilent: Error, CustomStringConvertible {
    let patience: TimeAmount

    var description: String { "nothing was acknowledged for \(patience.nanoseconds / 1_000_000_000) s" }
}

import NIOCore

/// Stands before the accepting of the peer port: lets nobody in while too many have not said who they are, and rests after an
/// error of `accept`, which would come at once again. Who waits, waits in the system's queue.
final class PeerGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    private static let pause = TimeAmount.milliseconds(50)
    private static let pauseAfterError = TimeAmount.seconds(1)

    private let transport: PeerTransport
    private var restsUntil = NIODeadline.uptimeNanoseconds(0)
    private var isWaiting = false

    init(transport: PeerTransport) { self.transport = transport }

    func read(context: ChannelHandlerContext) {
        guard !isWaiting else { return }
        if NIODeadline.now() < restsUntil {
            wait(context, Self.pauseAfterError)
        } else if transport.makesRoom() {
            context.read()
        } else {
            wait(context, Self.pause)
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
        transport.refusals.report(
            waiting: "the system accepts none (\(FileError.text(of: error.errnoCode)))", at: MonotonicClock.now())
        restsUntil = .now() + Self.pauseAfterError
    }
}

extension PeerTransport {
    /// Whether another connection may be accepted; the oldest that keeps silent makes way for it.
    func makesRoom() -> Bool {
        let now = MonotonicClock.now()
        guard newcomers.isFull else { return true }
        refusals.report(
            waiting: "\(newcomers.limit) are open that did not say who they are, as many as may be", at: now)
        guard let oldest = newcomers.removeOldest(at: now) else { return false }
        oldest.close()
        return true
    }
}

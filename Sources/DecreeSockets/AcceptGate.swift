import NIOCore

/// Decides who may connect to a listener; asked on the listener's event loop.
public protocol Doorkeeper: AnyObject {
    /// Whether another connection may be accepted now.
    func mayEnter() -> Bool
    /// A connection was accepted.
    func entered(_ channel: any Channel)
    /// The system did not accept a connection.
    func acceptFailed(_ error: IOError)
}

extension Doorkeeper {
    public func entered(_ channel: any Channel) {}
}

/// Stands before a listener's accepting: lets nobody in while the doorkeeper wants it so, and rests after an error of `accept`,
/// which would come at once again. Who waits, waits in the system's queue.
public final class AcceptGate<Keeper: Doorkeeper>: ChannelDuplexHandler {
    public typealias InboundIn = any Channel
    public typealias OutboundIn = Never

    private let keeper: Keeper
    private let pause: TimeAmount
    private let pauseAfterError = TimeAmount.seconds(1)
    private var restsUntil = NIODeadline.uptimeNanoseconds(0)
    private var isWaiting = false

    /// - Parameter pause: When the doorkeeper is asked again after it let nobody in.
    public init(_ keeper: Keeper, pause: TimeAmount) {
        self.keeper = keeper
        self.pause = pause
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        keeper.entered(unwrapInboundIn(data))
        context.fireChannelRead(data)
    }

    public func read(context: ChannelHandlerContext) {
        guard !isWaiting else { return }
        if NIODeadline.now() < restsUntil {
            wait(context, pauseAfterError)
        } else if keeper.mayEnter() {
            context.read()
        } else {
            wait(context, pause)
        }
    }

    private func wait(_ context: ChannelHandlerContext, _ time: TimeAmount) {
        isWaiting = true
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
            isWaiting = false
            if context.channel.isActive { read(context: context) }
        }
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError else { return context.fireErrorCaught(error) }
        keeper.acceptFailed(error)
        restsUntil = .now() + pauseAfterError
    }
}

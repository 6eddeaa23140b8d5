import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Notices that the machine at the other end of a connection is gone without a word: what was sent to it stays
/// unacknowledged.
///
/// The node looks for itself what the system knows of acknowledgements. It must not leave that to the system's own time
/// limits (`TCP_USER_TIMEOUT`, keepalive, the count of retransmissions): where one of them ends a connection, `read` fails with
/// the last error of the route, which is EINVAL where the route is a black hole, and NIO ends the process when `read` fails
/// with EINVAL. So the system is told never to give up. `Docs/FAILURE-MODEL.md` has the whole story.
public struct SilenceWatch {
    /// As many probes without an answer mean that nobody is there, if nothing else was acknowledged for as long as sent bytes
    /// may wait. They come in ever longer intervals, or each second.
    private static let tolerableProbes = 5

    private let patience: TimeAmount
    private let interval: TimeAmount
    private var nextLook = NIODeadline.uptimeNanoseconds(0)
    private var waitsSince: NIODeadline?

    /// - Parameters:
    ///   - patience: How long sent bytes may stay unacknowledged.
    ///   - interval: The shortest time between two looks.
    public init(patience: TimeAmount, interval: TimeAmount = .zero) {
        self.patience = patience
        self.interval = interval
    }

    /// Keeps the system's time limits from being reached for as long as there are any. Sockets that are not TCP's have none.
    public static func neverGiveUp(_ channel: any Channel) {
        #if os(Linux)
        let userTimeout = NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT)
        try? channel.syncOptions?.setOption(.tcpOption(userTimeout), value: Int(Int32.max))
        #endif
    }

    /// Has idle connections probed, so that there is something to be acknowledged; takes effect with `SO_KEEPALIVE`.
    public static func probeWhenIdle(_ channel: any Channel) {
        #if os(Linux)
        for (option, seconds) in [(TCP_KEEPIDLE, 5), (TCP_KEEPINTVL, 1)] {
            try? channel.syncOptions?.setOption(.tcpOption(NIOBSDSocket.Option(rawValue: option)), value: seconds)
        }
        #endif
    }

    /// Called from time to time on the channel's event loop; looks as often as the interval says.
    ///
    /// - Returns: Whether the other end is to be given up.
    public mutating func isGone(_ channel: any Channel, at now: NIODeadline) -> Bool {
        guard now >= nextLook else { return false }
        nextLook = now + interval
        guard let seen = Acknowledgements(of: channel) else { return false }
        return isGone(seen, at: now)
    }

    /// Decides from what is seen now and then whether the other end still acknowledges.
    ///
    /// - Returns: Whether the other end is to be given up.
    public mutating func isGone(_ seen: Acknowledgements, at now: NIODeadline) -> Bool {
        if seen.unansweredProbes >= Self.tolerableProbes, seen.sinceLast >= patience { return true }
        guard seen.waitingSegments > 0 else {
            waitsSince = nil
            return false
        }
        // Of an idle connection the last acknowledgement is old although nothing was sent that it could have been for.
        let since = max(waitsSince ?? now, now - seen.sinceLast)
        waitsSince = since
        return now - since >= patience
    }
}

/// What the system knows of a connection's acknowledgements.
public struct Acknowledgements: Sendable {
    /// Segments that were sent and not acknowledged.
    public let waitingSegments: Int
    /// Probes in a row that were not answered.
    public let unansweredProbes: Int
    /// How long ago the last acknowledgement came.
    public let sinceLast: TimeAmount

    public init(waitingSegments: Int, unansweredProbes: Int = 0, sinceLast: TimeAmount) {
        self.waitingSegments = waitingSegments
        self.unansweredProbes = unansweredProbes
        self.sinceLast = sinceLast
    }

    /// Asks the system, on the channel's event loop.
    ///
    /// - Returns: Nil where the system says nothing of such connections.
    init?(of channel: any Channel) {
        #if os(Linux)
        guard let socket = channel as? any SocketOptionProvider else { return nil }
        var seen: Acknowledgements?
        // On the channel's own loop the answer is there at once.
        withUnsafeMutablePointer(to: &seen) { place in
            let place = UncheckedPlace(pointer: place)
            socket.getTCPInfo().assumeIsolated().whenSuccess { place.pointer.pointee = Acknowledgements($0) }
        }
        guard let seen else { return nil }
        self = seen
        #else
        return nil
        #endif
    }

    #if os(Linux)
    private init(_ info: tcp_info) {
        self.init(
            waitingSegments: Int(info.tcpi_unacked), unansweredProbes: Int(info.tcpi_probes),
            sinceLast: .milliseconds(Int64(info.tcpi_last_ack_recv)))
    }

    private struct UncheckedPlace {
        let pointer: UnsafeMutablePointer<Acknowledgements?>
    }
    #endif
}

import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Notices that a client's machine is gone without a word: what was sent to it stays unacknowledged.
///
/// The system notices too, but late, and its way of telling ends the process: `read` may fail with the last error of the route,
/// EINVAL for a black hole, on which NIO traps. So the system is told never to give up (`neverGiveUp`), and the loop looks
/// itself. `Docs/FAILURE-MODEL.md` has the whole story.
struct SilenceWatch {
    /// Seconds between two looks.
    private static let interval = 10

    private var looked = 0
    private var waitsSince: Int?

    /// Keeps the system's own time limits from being reached.
    static func neverGiveUp(_ channel: any Channel) {
        #if os(Linux)
        let userTimeout = NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT)
        // Sockets of other kinds have no such limits.
        try? channel.syncOptions?.setOption(.tcpOption(userTimeout), value: Int(Int32.max))
        #endif
    }

    /// Called once a second.
    ///
    /// - Parameter seconds: the present time.
    /// - Returns: whether nothing was acknowledged for `ServerTimeouts.unacknowledgedSeconds`.
    mutating func isGone(_ channel: any Channel, _ seconds: Int, _ timeouts: ServerTimeouts) -> Bool {
        guard seconds - looked >= min(Self.interval, timeouts.unacknowledgedSeconds) else { return false }
        looked = seconds
        return isGone(Self.look(channel), seconds, timeouts)
    }

    /// - Parameter seen: what the system says; nil where it says nothing.
    mutating func isGone(_ seen: (Int, Int)?, _ seconds: Int, _ timeouts: ServerTimeouts) -> Bool {
        guard let (unacknowledged, sinceAcknowledgement) = seen, unacknowledged > 0 else {
            waitsSince = nil
            return false
        }
        // The last acknowledgement may be old because nothing was sent for long.
        let since = max(waitsSince ?? seconds, seconds - sinceAcknowledgement)
        waitsSince = since
        return seconds - since >= timeouts.unacknowledgedSeconds
    }

    /// - Returns: segments without an acknowledgement, and seconds since the last one came.
    private static func look(_ channel: any Channel) -> (Int, Int)? {
        #if os(Linux)
        guard let socket = channel as? any SocketOptionProvider else { return nil }
        var seen: (Int, Int)?
        // On the channel's own loop the answer is there at once.
        withUnsafeMutablePointer(to: &seen) { place in
            let place = UncheckedPlace(place)
            socket.getTCPInfo().assumeIsolated().whenSuccess {
                place.pointer.pointee = (Int($0.tcpi_unacked), Int($0.tcpi_last_ack_recv) / 1_000)
            }
        }
        return seen
        #else
        return nil
        #endif
    }

    private struct UncheckedPlace {
        let pointer: UnsafeMutablePointer<(Int, Int)?>
        init(_ pointer: UnsafeMutablePointer<(Int, Int)?>) { self.pointer = pointer }
    }
}

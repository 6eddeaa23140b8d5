import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Lets the system notice that the machine at the other end is gone without a word.
enum HalfOpen {
    /// Ends the connection when sent bytes stay unacknowledged for five seconds; an idle one is probed after five.
    /// A system that does not take these options keeps its own, longer times.
    static func detect(on channel: any Channel) {
        #if os(Linux)
        let options: [(NIOBSDSocket.Option, Int)] = [
            (NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT), 5_000),
            (NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE), 5),
            (NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL), 1),
            (NIOBSDSocket.Option(rawValue: TCP_KEEPCNT), 5),
        ]
        for (option, value) in options {
            try? channel.syncOptions?.setOption(.tcpOption(option), value: value)
        }
        #endif
    }
}

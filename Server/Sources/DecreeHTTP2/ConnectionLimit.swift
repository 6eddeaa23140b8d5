import DecreeSockets
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

    /// Says that clients have to wait, at most once a minute.
    private func say(_ why: String) {
        let now = Int(NIODeadline.now().uptimeNanoseconds / 1_000_000_000)
        let last = reported.load(ordering: .relaxed)
        guard last == Int.min || now - last >= 60 else { return }
        guard reported.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged else { return }
        report?("clients have to wait for a connection: \(why)")
    }
}

extension ConnectionLimit: Doorkeeper {
    func mayEnter() -> Bool {
        guard open.load(ordering: .relaxed) >= limit else { return true }
        say("\(limit) are open, as many as may be (see the limit of open files)")
        return false
    }

    func entered(_ channel: any Channel) {
        open.add(1, ordering: .relaxed)
        channel.closeFuture.whenComplete { _ in self.open.subtract(1, ordering: .relaxed) }
    }

    func acceptFailed(_ error: IOError) { say(RPCServer.reason(error)) }
}

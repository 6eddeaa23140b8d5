import PaxosBase

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The connections to the peer port that did not say yet who they are, oldest first.
///
/// There are few, so that the descriptors are left to journal, snapshots and members; a greeted connection is no newcomer
/// any more, and of those a member has two. When there are as many as may be, the oldest makes way, once it had its time
/// to speak: idle strangers keep no member out.
struct Newcomers {
    /// A peer greets as soon as it is connected.
    private static let timeToSpeak = TimeSpan.milliseconds(250)

    let limit: Int
    private var waiting: [(connection: IncomingConnection, since: Instant)] = []

    init(limit: Int) { self.limit = limit }

    /// A sixteenth of what the system permits the process to open.
    static func limitOfDescriptors() -> Int {
        var files = rlimit()
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &files) == 0 else { return 8 }
        return min(64, max(2, Int(clamping: files.rlim_cur) / 16))
    }

    mutating func append(_ connection: IncomingConnection, at now: Instant) { waiting.append((connection, now)) }

    mutating func remove(_ connection: IncomingConnection) { waiting.removeAll { $0.connection === connection } }

    var all: [IncomingConnection] { waiting.map(\.connection) }

    var isFull: Bool { waiting.count >= limit }

    /// Takes the oldest out if it had its time.
    mutating func removeOldest(at now: Instant) -> IncomingConnection? {
        guard let oldest = waiting.first, now.since(oldest.since) >= Self.timeToSpeak else { return nil }
        waiting.removeFirst()
        return oldest.connection
    }
}

import PaxosBase

/// What a journal did since it was opened, and how it stands.
public struct JournalStatistics: Hashable, Sendable {
    public internal(set) var syncs: UInt64 = 0
    /// The time that all syncs took together.
    public internal(set) var syncNanoseconds: UInt64 = 0
    /// The longest sync.
    public internal(set) var slowestSyncNanoseconds: UInt64 = 0
    /// How many syncs took up to 1, 2, 4 ... 8192 ms and longer than the bucket before; the rest of ``syncs`` took
    /// longer.
    public internal(set) var syncHistogram = [UInt64](repeating: 0, count: bucketCount)
    public internal(set) var batches: UInt64 = 0
    public internal(set) var records: UInt64 = 0
    public internal(set) var bytesWritten: UInt64 = 0
    /// Appended and not yet durable.
    public internal(set) var waitingRecords = 0
    /// How long the oldest of them has been waiting; nil when none waits.
    public internal(set) var oldestWaiting: TimeSpan?
    /// Files in use or ready.
    public internal(set) var segments = 0
    public internal(set) var isFull = false
    /// On the volume, for an ordinary user.
    public internal(set) var freeBytes: UInt64 = 0

    public init() {}

    /// The number of bounded buckets; the first ends at 1 ms, each next at twice the time.
    public static let bucketCount = 14

    mutating func noteSync(nanoseconds: UInt64) {
        syncs += 1
        syncNanoseconds += nanoseconds
        slowestSyncNanoseconds = max(slowestSyncNanoseconds, nanoseconds)
        var bound: UInt64 = 1_000_000
        for bucket in 0..<Self.bucketCount {
            if nanoseconds <= bound {
                syncHistogram[bucket] += 1
                return
            }
            bound *= 2
        }
    }
}

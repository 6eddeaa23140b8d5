import PaxosBase
import PaxosLog

/// When a group's next snapshot is due, and how far the one is that is being taken. Values and rules: the walk itself is
/// the machine's, the file the host's.
struct SnapshotSchedule: Hashable, Sendable {
    struct Running: Hashable, Sendable {
        /// Every slot up to here is in it.
        let covers: Slot
        let began: Instant
        var isWalked = false
        /// The host was told to give it its name.
        var isFinished = false
        /// Blocks handed out and not yet written.
        var blocksUnderWay = 0
    }

    /// At most so many blocks wait in memory; the walk stands still until there is room again.
    static let maximumBlocksUnderWay = 4

    let policy: SnapshotPolicy
    private(set) var newest: WrittenSnapshot?
    private(set) var running: Running?
    private var isRequested = false
    /// Not before then, after a failure.
    private var notBefore = Instant.zero
    private(set) var nextMeasurement = Instant.zero
    /// Journal bytes above the newest snapshot when the node started.
    private var bytesAtStart: Int
    /// What the journal had written when the newest snapshot was begun.
    private var bytesAtSnapshot = 0
    private var bytesNow = 0
    private var freeBytes: Int?

    init(policy: SnapshotPolicy, newest: WrittenSnapshot?, bytesAtStart: Int) {
        self.policy = policy
        self.newest = newest
        self.bytesAtStart = bytesAtStart
    }

    /// Journal bytes written since the newest snapshot.
    var growth: Int { bytesAtStart + bytesNow - bytesAtSnapshot }

    /// How large the journal may grow until a snapshot is due.
    private var allowance: Int { max(policy.minimumJournalBytes, newest?.byteCount ?? 0) }

    /// Somebody wants one as soon as possible.
    mutating func request() {
        isRequested = true
        nextMeasurement = .zero
    }

    mutating func measured(journalBytes: Int, freeBytes: Int?, at now: Instant) {
        bytesNow = journalBytes
        self.freeBytes = freeBytes
        nextMeasurement = now + policy.measuringInterval
    }

    /// Whether one should be begun now, of a state that has applied all slots up to `applied`.
    mutating func isDue(applied: Slot, at now: Instant) -> Bool {
        guard running == nil, isRequested || growth > allowance, now >= notBefore else { return false }
        // There is nothing that the newest one does not cover.
        guard applied > newest?.slot ?? .zero else {
            isRequested = false
            return false
        }
        return true
    }

    /// What the disk lacks for another one beside those that are there, in words; nil when nothing.
    var lackOfRoom: String? {
        let needed = (newest?.byteCount ?? 0) + policy.reservedDiskBytes
        guard let freeBytes, freeBytes < needed else { return nil }
        return "the disk has \(freeBytes >> 20) MiB free, and \(needed >> 20) may be needed"
    }

    mutating func begin(covers: Slot, at now: Instant) {
        invariant(running == nil, "one snapshot is taken at a time")
        isRequested = false
        bytesAtSnapshot = bytesNow
        bytesAtStart = 0
        running = Running(covers: covers, began: now)
    }

    /// Whether the walk may hand out another block.
    var mayWalk: Bool {
        guard let running, !running.isWalked else { return false }
        return running.blocksUnderWay < Self.maximumBlocksUnderWay
    }

    /// All was walked, and it has not been told to take effect.
    var waitsToFinish: Bool { running.map { $0.isWalked && !$0.isFinished } ?? false }

    mutating func handedOutBlock() { running?.blocksUnderWay += 1 }

    mutating func wroteBlocks(_ count: Int) {
        guard let open = running?.blocksUnderWay else { return }
        running?.blocksUnderWay = max(0, open - count)
    }

    mutating func walked() { running?.isWalked = true }

    /// Whether the walked snapshot may take effect: only once the journal holds, as chosen, all that it covers. Else a
    /// crash could leave a node that has applied what its journal has no record of.
    func mayFinish(durableWatermark: Slot) -> Bool {
        guard let running else { return false }
        return running.isWalked && !running.isFinished && durableWatermark >= running.covers
    }

    mutating func finished() { running?.isFinished = true }

    /// - Returns: How long it took.
    mutating func ended(_ written: WrittenSnapshot, at now: Instant) -> TimeSpan {
        let took = now.since(running?.began ?? now)
        newest = written
        running = nil
        return took
    }

    mutating func failed(at now: Instant) {
        running = nil
        notBefore = now + policy.retryDelay
        isRequested = true
    }

    mutating func abandoned() { running = nil }
}

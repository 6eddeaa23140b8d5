/// A bucket that frames of one kind pour into and that empties at a constant rate.
struct FloodBucket {
    private var level = 0
    let burst: Int
    let perSecond: Int

    init(burst: Int, perSecond: Int) {
        self.burst = burst
        self.perSecond = perSecond
    }

    /// - Returns: whether the bucket runs over.
    mutating func pour() -> Bool {
        level += 1
        return level > burst
    }

    mutating func empty() { level = 0 }

    /// Something useful happened that explains as many frames.
    mutating func drain(_ count: Int) { level = max(0, level - count) }

    mutating func secondPassed() { level = max(0, level - perSecond) }
}

/// Notices clients that keep the server busy with frames that ask for nothing: resets right after requests
/// (CVE-2023-44487), pings, settings, empty frames (CVE-2019-9512 to 9518).
struct FloodGuard {
    var resets: FloodBucket
    var pings: FloodBucket
    var settings: FloodBucket
    var empty: FloodBucket
    var updates: FloodBucket
    var malformed: FloodBucket

    init(_ limits: ServerLimits) {
        resets = FloodBucket(burst: limits.resetBurst, perSecond: limits.resetsPerSecond)
        pings = FloodBucket(burst: limits.pingBurst, perSecond: limits.pingsPerSecond)
        settings = FloodBucket(burst: limits.settingsBurst, perSecond: limits.settingsPerSecond)
        empty = FloodBucket(burst: limits.emptyFrameBurst, perSecond: limits.emptyFramesPerSecond)
        updates = FloodBucket(burst: limits.updateBurst, perSecond: limits.updatesPerSecond)
        malformed = FloodBucket(burst: limits.malformedBurst, perSecond: limits.malformedPerSecond)
    }

    mutating func secondPassed() {
        resets.secondPassed()
        pings.secondPassed()
        settings.secondPassed()
        empty.secondPassed()
        updates.secondPassed()
        malformed.secondPassed()
    }
}

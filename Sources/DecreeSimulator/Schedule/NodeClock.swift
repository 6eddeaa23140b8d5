import PaxosBase

/// A node's monotonic clock: it starts anywhere and runs a little too fast or too slow, so that instants of two nodes
/// have nothing in common.
struct NodeClock {
    /// What the clock shows at virtual time zero, in nanoseconds.
    let offset: UInt64
    /// How much faster than virtual time it runs, in parts per million.
    let driftPerMillion: Int64

    /// What the clock shows at the virtual time `time` (nanoseconds).
    func reading(at time: UInt64) -> Instant {
        let drift = Int64(time / 1_000) * driftPerMillion / 1_000
        return Instant(nanoseconds: offset &+ UInt64(Int64(time) + drift))
    }

    /// The earliest virtual time at which the clock shows `instant` or more.
    func time(of instant: Instant) -> UInt64 {
        guard instant != .distantFuture else { return UInt64.max }
        guard instant.nanoseconds > offset else { return 0 }
        let shown = instant.nanoseconds - offset
        guard driftPerMillion != 0 else { return shown }
        let scale = UInt64(1_000_000 + driftPerMillion)
        var time = scale.dividingFullWidth(shown.multipliedFullWidth(by: 1_000_000)).quotient
        while reading(at: time) < instant { time += 1_000 }
        return time
    }
}

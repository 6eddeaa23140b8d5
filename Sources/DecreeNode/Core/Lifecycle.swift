import PaxosBase

/// Where a node stands between its start and its end.
struct Lifecycle: Hashable, Sendable {
    /// Every member has answered once, and that is recorded: the replicas may vote.
    var isFormed = false
    /// Hand-over and open commands are waited for until then, once a stop is under way.
    private(set) var stopsAt: Instant?
    /// Nothing is stepped any more.
    var hasEnded = false

    /// A second stop may only hasten the first.
    mutating func stop(until: Instant) { stopsAt = min(stopsAt ?? .distantFuture, until) }

    var isStopping: Bool { stopsAt != nil }

    /// The replicas hear what happens.
    var takesPart: Bool { isFormed && !hasEnded }

    var nextDeadline: Instant { hasEnded ? .distantFuture : stopsAt ?? .distantFuture }
}

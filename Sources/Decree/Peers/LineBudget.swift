import PaxosBase

/// How often something may be said: a few times a minute, and then that more of it is left out.
struct LineBudget {
    enum Verdict: Hashable {
        case say
        /// The last time for a while.
        case sayLast
        case keepSilent
    }

    private let limit: Int
    private let interval: TimeSpan
    private var said: [Instant] = []

    init(limit: Int = 8, interval: TimeSpan = .seconds(60)) {
        self.limit = limit
        self.interval = interval
    }

    mutating func ask(at now: Instant) -> Verdict {
        said.removeAll { now.since($0) >= interval }
        guard said.count < limit else { return .keepSilent }
        said.append(now)
        return said.count < limit ? .say : .sayLast
    }
}

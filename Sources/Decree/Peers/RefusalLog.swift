import Logging
import PaxosBase

/// Writes a line about what does not work between peers once, and again only after a while: they try every second.
struct RefusalLog {
    private let logger: Logger
    private let interval: TimeSpan
    /// The lines written lately, with the time of each.
    private var recent: [(text: String, at: Instant, isOfStranger: Bool)] = []
    /// Strangers can say something else each time: so many of their lines leave room for those about members.
    private static let strangersLimit = 20
    private static let limit = 100

    init(logger: Logger, interval: TimeSpan = .seconds(60)) {
        self.logger = logger
        self.interval = interval
    }

    /// A connection was refused, here or by the peer.
    mutating func report(_ text: String, from origin: String, at now: Instant) {
        report("peer connection refused: \(text)", about: origin, at: now)
    }

    /// Somebody spoke who did not get as far as to say who he is.
    mutating func report(stranger text: String, from origin: String, at now: Instant) {
        report("peer connection refused: \(text)", about: origin, isOfStranger: true, at: now)
    }

    /// A peer could not be reached.
    mutating func report(unreachable text: String, _ peer: String, at now: Instant) {
        report("peer cannot be reached: \(text)", about: peer, at: now)
    }

    /// A connection carried nothing any more and is replaced.
    mutating func report(stalled text: String, _ peer: String, at now: Instant) {
        report("peer connection replaced: \(text)", about: peer, at: now)
    }

    /// Nobody new is let in at the peer port for a while.
    mutating func report(waiting text: String, at now: Instant) {
        report("connections to the peer port have to wait: \(text)", about: "any", at: now)
    }

    /// What a peer asked for cannot be read back from the journal.
    mutating func report(unreadable text: String, for peer: String, at now: Instant) {
        report("entries for a peer that lags cannot be read: \(text)", about: peer, level: .error, at: now)
    }

    private mutating func report(
        _ text: String, about origin: String, level: Logger.Level = .warning, isOfStranger: Bool = false,
        at now: Instant
    ) {
        recent.removeAll { now.since($0.at) >= interval }
        guard !recent.contains(where: { $0.text == text }), recent.count < Self.limit else { return }
        if isOfStranger, recent.count(where: \.isOfStranger) >= Self.strangersLimit { return }
        recent.append((text, now, isOfStranger))
        logger.log(level: level, "\(text)", metadata: ["peer": "\(origin)"])
    }
}

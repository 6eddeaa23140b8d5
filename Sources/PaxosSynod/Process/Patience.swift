import PaxosBase

/// When a process tries again: a proposer a new ballot, a learner its question.
///
/// Two proposers that answer each refusal with a higher ballot can go on for ever, each spoiling the other's phase 2.
/// Nothing wrong is chosen, and nothing at all. Two cures: they wait for random times, longer after each defeat, until one
/// has the time for both phases; and they are told who should propose, so that the others keep still.
/// - Source: Lamport, "Paxos Made Simple", section 2.4 (the distinguished proposer).
public struct Patience: Hashable, Sendable {
    /// How a proposer takes a defeat.
    public enum Manner: Hashable, Sendable {
        /// A proposer that is beaten stands again at once: the war.
        case relentless
        /// It waits for a random time first, at most twice as long as last time.
        case backsOff
    }

    private let manner: Manner
    /// How long answers may take.
    private let timeout: TimeSpan
    private var random: SeededRandom
    private var defeats: UInt64 = 0
    private var standDeadline: Instant?
    private var askDeadline: Instant?

    private static let maximumDoublings: UInt64 = 6

    /// - Parameters:
    ///   - timeout: How long to wait for a quorum's answers. Several times the network's delay.
    ///   - seed: A different one for each process.
    public init(_ manner: Manner = .backsOff, timeout: TimeSpan, seed: UInt64) {
        self.manner = manner
        self.timeout = timeout
        random = SeededRandom(seed: seed)
    }

    var nextDeadline: Instant? {
        guard let standDeadline, let askDeadline else { return standDeadline ?? askDeadline }
        return min(standDeadline, askDeadline)
    }

    /// A ballot begins: without a quorum's answers it is tried again.
    mutating func stood(at now: Instant) { standDeadline = now + timeout + random.span(below: timeout) }

    /// A ballot was beaten.
    /// - Returns: Whether to stand again now.
    mutating func beaten(at now: Instant) -> Bool {
        guard manner == .backsOff else { return true }
        defeats = min(defeats + 1, Self.maximumDoublings)
        standDeadline = now + random.span(below: timeout * (1 << defeats))
        return false
    }

    /// Whether it is time for a new ballot.
    mutating func isStandDue(at now: Instant) -> Bool {
        guard let standDeadline, standDeadline <= now else { return false }
        self.standDeadline = nil
        return true
    }

    /// Whether it is time to ask what is chosen; the next time comes later.
    mutating func isAskDue(at now: Instant) -> Bool {
        guard askDeadline.map({ $0 <= now }) ?? true else { return false }
        askDeadline = now + timeout + timeout
        return true
    }

    /// Another is to propose.
    mutating func keepStill() { standDeadline = nil }

    /// It is known what is chosen.
    mutating func end() {
        standDeadline = nil
        askDeadline = nil
    }
}

import PaxosBase

/// How much longer than its settings say this node waits for others, after elections that brought nothing.
///
/// What suits a heartbeat may be too short for what else a node does: a value of many megabytes keeps a loaded machine
/// busy, a promise that carries it comes late, and the next candidate has it moved once more. How slow a world is nobody
/// knows beforehand. That one ballot follows another and nothing gets chosen shows it, so the time doubles then, and
/// halves again when ballots stop to follow each other.
/// - Source: Dwork, Lynch, Stockmeyer, "Consensus in the Presence of Partial Synchrony", 1988: bounds that hold and are
///   not known.
struct Patience: Hashable, Sendable {
    /// Two candidates that cross each other, or one that dies, say nothing of the world.
    private static let tolerableBallots = 2
    private static let maximumDoublings: UInt64 = 4
    /// So many timeouts without a new ballot are calm.
    private static let calm: UInt64 = 32

    /// As the settings say.
    private let timeout: TimeSpan
    private var doublings: UInt64 = 0
    /// Ballots since something was chosen last, up to how many are tolerated and one more for each doubling to come.
    private var fruitlessBallots = 0
    /// Up to where entries were known to be chosen at the last look.
    private var watermark = Slot.zero
    /// Since when no ballot came, as far as was looked; nil after one.
    private var calmSince: Instant?

    init(timeout: TimeSpan) { self.timeout = timeout }

    /// A ballot came that is higher than all before.
    mutating func noteBallot() {
        fruitlessBallots += 1
        calmSince = nil
    }

    /// Looks what came of the ballots, once in a while.
    /// - Parameter watermark: Everything up to here is known to be chosen.
    mutating func look(watermark: Slot, at now: Instant) {
        if watermark > self.watermark { fruitlessBallots = 0 }
        self.watermark = watermark
        while fruitlessBallots > Self.tolerableBallots {
            fruitlessBallots -= 1
            doublings = min(doublings + 1, Self.maximumDoublings)
        }
        guard let calmSince else { return self.calmSince = now }
        guard now.since(calmSince) >= timeout * Self.calm else { return }
        self.calmSince = now
        fruitlessBallots = 0
        doublings -= min(doublings, 1)
    }

    /// A span of the settings, made as much longer as elections wait longer.
    func stretched(_ span: TimeSpan) -> TimeSpan { span * (1 << doublings) }

    /// What is granted beyond a limit that is not one of elections: twice what elections wait longer.
    var extra: TimeSpan { timeout * (2 * ((1 << doublings) - 1)) }
}

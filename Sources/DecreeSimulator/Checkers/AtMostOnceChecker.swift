import PaxosBase
import PaxosLog

/// A command is applied at one slot at most, however often it was forwarded; it is passed over only when it, or a later
/// one of its node, was applied before.
struct AtMostOnceChecker {
    /// Where each origin was applied. Looked up only, never walked through.
    private var slots: [Origin: Slot] = [:]
    /// By node: the highest origin that was applied, and where.
    private var latest: [NodeID: (origin: Origin, slot: Slot)] = [:]

    /// The command of `origin`, chosen at `slot`, is applied there.
    mutating func applied(_ origin: Origin, at slot: Slot, by node: NodeID, _ findings: Findings) {
        guard let first = slots[origin] else {
            slots[origin] = slot
            if latest[origin.node].map({ $0.origin < origin }) ?? true { latest[origin.node] = (origin, slot) }
            return
        }
        guard first != slot else { return }
        findings.report(.atMostOnce, "\(node) applies \(origin) at \(slot), which was applied at \(first)")
    }

    /// The command of `origin`, chosen at `slot`, is passed over there.
    func skipped(_ origin: Origin, at slot: Slot, by node: NodeID, _ findings: Findings) {
        if let first = slots[origin], first < slot { return }
        if let latest = latest[origin.node], latest.origin > origin { return }
        findings.report(.atMostOnce, "\(node) passes over \(origin) at \(slot), which was never applied before")
    }
}

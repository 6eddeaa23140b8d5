import DecreeNode
import PaxosBase
import PaxosLog

/// What a port was told of what the machine pushes, as a checker sees it.
struct Subscriber {
    /// It wants to be told.
    var isOn = false
    /// It was told everything up to here since it subscribed.
    var through = Slot.zero
    /// What it was told and is not done with.
    var held = PushAmount()
}

/// A subscriber is told the pushes of every command that its node applies, in the order of the log, each once, before
/// anything that shows them; a slow one holds a limited number and hears that it lost its subscription.
///
/// What each command pushes is known from a machine that applied every command alone.
struct PushChecker<Push: Equatable> {
    /// Of all commands, in the order of their slots.
    private var pushes: [Push] = []
    /// By slot: how many of them come up to there. Slots behind the end have the last.
    private var counts = [0]
    private let limit: PushAmount

    init(limit: PushAmount) { self.limit = limit }

    /// The command at `slot` was applied by somebody for the first time; slots ascend.
    mutating func applied(_ slot: Slot, _ pushed: [Push]) {
        while counts.count < Int(slot.rawValue) { counts.append(pushes.count) }
        pushes += pushed
        counts.append(pushes.count)
    }

    private func count(through slot: Slot) -> Int { counts[min(Int(slot.rawValue), counts.count - 1)] }

    /// A port was handed a batch.
    /// - Parameter applied: Up to where its machine has applied the log.
    func told<Machine: StateMachine>(
        _ batch: PushBatch<Machine>, to port: inout Subscriber, of node: NodeID, at applied: Slot, isEnding: Bool,
        _ findings: Findings
    ) where Machine.Push == Push {
        guard port.isOn else { return findings.report(.pushes, "\(node) pushes to a port that does not subscribe") }
        let range = count(through: port.through)..<max(count(through: port.through), count(through: batch.through))
        guard batch.after == port.through, batch.through <= applied, batch.pushes[...] == pushes[range] else {
            return findings.report(
                .pushes,
                "\(node) pushes \(batch.pushes.count) behind \(batch.after) through \(batch.through), should push "
                    + "\(range.count) behind \(port.through), has applied \(applied)")
        }
        hold(batch.amount, &port, of: node, findings)
        port.through = batch.through
        if let end = batch.end { ended(end, &port, of: node, at: applied, isEnding: isEnding, findings) }
    }

    private func hold(_ amount: PushAmount, _ port: inout Subscriber, of node: NodeID, _ findings: Findings) {
        let heldNothing = port.held.count == 0
        port.held += amount
        let isTooMuch = port.held.count > limit.count || port.held.byteCount > limit.byteCount
        guard amount.count > 0, isTooMuch, !heldNothing else { return }
        findings.report(.pushes, "\(node) lets a port hold \(port.held), more than \(limit)")
    }

    /// A subscription may be lost only by who holds something, and when there is something to lose.
    private func ended(
        _ end: PushesEnd, _ port: inout Subscriber, of node: NodeID, at applied: Slot, isEnding: Bool,
        _ findings: Findings
    ) {
        port.isOn = false
        let isFair: Bool
        switch end {
        case .lost(let after):
            isFair = after == port.through && port.held.count > 0 && count(through: applied) > count(through: after)
        case .stopped: isFair = isEnding
        // No node of a run meets an entry of a newer version.
        case .halted: isFair = false
        }
        if !isFair {
            findings.report(.pushes, "\(node) ends the subscription of a port that holds \(port.held): \(end)")
        }
    }

    /// The node has ended in good order: whoever subscribed has heard of it.
    func nodeEnded(_ port: Subscriber, of node: NodeID, _ findings: Findings) {
        if port.isOn { findings.report(.pushes, "\(node) has stopped, and a port that subscribes was not told") }
    }

    /// The port is about to hear something that shows the state at `applied`, or the run is over.
    func shows(_ applied: Slot, to port: Subscriber, of node: NodeID, _ findings: Findings) {
        guard port.isOn, count(through: port.through) < count(through: applied) else { return }
        findings.report(
            .pushes, "\(node) shows a port the state at \(applied), which was told what is pushed up to \(port.through)"
        )
    }
}

import PaxosBase
import PaxosLog

// What the machine pushes, on its way to the ports that subscribe.
extension GroupMachine {
    /// From now on the port is told what the machine pushes: of all commands that are applied after this call, those of
    /// the turn under way included. A port that subscribes already goes on as it did.
    public mutating func subscribe(_ port: PortID, core: inout NodeCore) {
        guard ports.isOpen(port) else { return }
        subscriptions.begin(port, behind: core.groups[place].applied)
        isPushing = true
        machine.isPushing = true
        if core.hasEnded {
            endPushes(.stopped)
        } else if core.groups[place].isHalted {
            endPushes(.halted)
        }
    }

    /// The port is told nothing more.
    public mutating func unsubscribe(_ port: PortID, core: inout NodeCore) {
        guard ports.isOpen(port), !core.has(.pushesToUnsubscribed) else { return }
        subscriptions.end(port)
        restIfUnheard()
    }

    /// The port is done with so much of what it was told (``PushBatch/amount``), and holds it no more.
    public mutating func drained(_ port: PortID, _ amount: PushAmount) {
        if ports.isOpen(port) { subscriptions.drained(port, amount) }
    }

    mutating func restIfUnheard() {
        isPushing = !subscriptions.isEmpty
        machine.isPushing = isPushing
    }

    /// All that the turn pushed leaves in one batch for each port that subscribes. To be called when everything that the
    /// turn brought is applied, before anybody learns of it.
    mutating func handOutPushes(core: inout NodeCore) {
        if applying.commandsOfTurn > 0, !(core.has(.pushesBehindOutputs) && ports.hasNews) {
            var pushes: [Machine.Push] = []
            machine.takePushes(into: &pushes)
            if !pushes.isEmpty { handOut(pushes, core: &core) }
        }
        if core.groups[place].isHalted { endPushes(.halted) }
    }

    private mutating func handOut(_ pushes: [Machine.Push], core: inout NodeCore) {
        let amount = PushAmount(
            count: pushes.count, byteCount: pushes.reduce(0) { $0 + Machine.byteCount(of: $1) })
        let limit = core.has(.pushesUnbounded) ? PushAmount(count: .max, byteCount: .max) : core.limits.pushesHeld
        let through = core.groups[place].applied
        for (subscription, goesOn) in subscriptions.tell(amount, through: through, limit: limit) {
            if goesOn, core.has(.pushesLostWithoutOutput), !ports.hasNews(subscription.port) { continue }
            if goesOn {
                ports.push(
                    subscription.port,
                    PushBatch(pushes: pushes, after: subscription.through, through: through, amount: amount, end: nil))
            } else if !core.has(.lossUntold) {
                end(subscription, .lost(after: subscription.through))
            }
        }
        restIfUnheard()
    }

    /// Ends the subscriptions of all ports.
    mutating func endPushes(_ reason: PushesEnd) {
        guard isPushing else { return }
        for subscription in subscriptions.takeAll() { end(subscription, reason) }
        restIfUnheard()
    }

    /// Nothing follows for the port but this word.
    private mutating func end(_ subscription: Subscription, _ reason: PushesEnd) {
        ports.push(
            subscription.port,
            PushBatch(
                pushes: [], after: subscription.through, through: subscription.through, amount: PushAmount(),
                end: reason))
    }
}

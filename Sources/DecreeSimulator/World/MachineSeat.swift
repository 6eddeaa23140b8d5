import DecreeNode
import PaxosBase
import PaxosLog

/// A group's machine on a node, as far as no one needs to know which machine it is: what every turn asks of it.
///
/// A class behind a protocol, so that the engine calls it without looking up the types of a generic world.
protocol MachineSeat: AnyObject {
    var digest: StateDigest { get }

    /// What the machine waits for by itself.
    var nextDue: LogTime? { get }

    /// Hands over the requests that wait for the turn, and those that are held.
    /// - Returns: Whether some are held until the cluster is formed.
    func submit(_ node: inout RunningNode, at now: Instant) -> Bool

    /// Applies what the turn brought, settles what became of requests otherwise, and makes a few steps of each kind of
    /// work that may take long. All in one call: each looks the machine's type up.
    /// - Parameter reached: Called with the state behind every so many slots.
    func endTurn(
        _ pace: SeatPace, _ node: inout RunningNode, at now: Instant, reached: (Slot, StateDigest) -> Void
    ) -> SeatStanding

    /// The node ends: everybody who waits is told.
    func end(_ node: inout RunningNode)
}

/// How fast a machine goes on in a turn.
struct SeatPace {
    /// How many slots it applies at once.
    let slotsAtOnce: Int
    /// How many steps of each kind of work that may take long.
    let steps: Int
}

/// How a machine stands behind its turn.
struct SeatStanding {
    /// When it wants the next one.
    let deadline: Instant
    /// Its clients have answers or pushes to fetch.
    let hasNews: Bool
    /// A question takes longer than the steps that there were for it.
    let isLong: Bool
    /// What the machine wants by itself was proposed.
    let hasProposedDue: Bool
}

final class Seat<Machine: StateMachine>: MachineSeat {
    @exclusivity(unchecked) private var machine: GroupMachine<Machine>
    private let place: Int
    /// What waits for the next turn.
    private var waiting: [PortBatch<Machine>] = []
    /// The ports that clients use, opened when the node starts.
    let ports: [PortID]
    /// What each port was told of what the machine pushes.
    var subscribers: [Subscriber]
    /// Up to where the machine has applied the log.
    private(set) var applied: Slot

    /// - Parameter applied: Up to where the machine was restored.
    init(_ machine: Machine, place: Int, portCount: Int, applied: Slot) {
        var group = GroupMachine(machine: machine, place: place)
        ports = (0..<portCount).map { _ in group.openPort() }
        self.machine = group
        self.place = place
        self.applied = applied
        subscribers = ports.map { _ in Subscriber() }
    }

    var digest: StateDigest { machine.digest }

    var nextDue: LogTime? { machine.machine.nextDue }

    func add(_ request: NodeRequest<Machine>, from port: PortID) {
        waiting.append(PortBatch(port: port, requests: [request]))
    }

    /// Ends what a port has handed in and the node has not taken.
    func refuseWaiting(_ port: Int, _ failure: RequestFailure) -> [NodeCompletion<Machine>] {
        let refused = waiting.filter { $0.port == ports[port] }.flatMap(\.requests)
        waiting.removeAll { $0.port == ports[port] }
        return refused.map { .failed(token: $0.token, failure) }
    }

    func cancel(_ request: RequestKey) { machine.cancel([request]) }

    func takeNews() -> PortNews<Machine>? { machine.takeNews() }

    /// A port begins or ends its subscription.
    func toggle(_ port: Int, _ node: inout RunningNode) {
        if subscribers[port].isOn {
            machine.unsubscribe(ports[port], core: &node.core)
        } else {
            machine.subscribe(ports[port], core: &node.core)
            subscribers[port].through = applied
        }
        subscribers[port].isOn.toggle()
    }

    /// A port is done with all that it was told.
    func drain(_ port: Int) {
        machine.drained(ports[port], subscribers[port].held)
        subscribers[port].held = PushAmount()
    }

    func submit(_ node: inout RunningNode, at now: Instant) -> Bool {
        machine.submit(waiting, core: &node.core, at: now)
        waiting = []
        return machine.holdsRequests
    }

    func endTurn(
        _ pace: SeatPace, _ node: inout RunningNode, at now: Instant, reached: (Slot, StateDigest) -> Void
    ) -> SeatStanding {
        Self.endTurn(&machine, place, pace, &node, at: now) { slot, state in
            applied = slot
            reached(slot, state)
        }
    }

    /// In one access to the machine.
    private static func endTurn(
        _ machine: inout GroupMachine<Machine>, _ place: Int, _ pace: SeatPace, _ node: inout RunningNode,
        at now: Instant, reached: (Slot, StateDigest) -> Void
    ) -> SeatStanding {
        let dueBefore = node.core.groups[place].counters.commandsDue
        while let slot = machine.applyNext(upTo: pace.slotsAtOnce, core: &node.core, into: &node.effects) {
            reached(slot, machine.digest)
        }
        machine.endTurn(core: &node.core, at: now, into: &node.effects)
        var isLong = false
        machine.advanceSlices(core: &node.core, at: now, into: &node.effects) { slice, steps in
            if steps < pace.steps { return true }
            if slice == .cursors { isLong = true }
            return false
        }
        return SeatStanding(
            deadline: machine.nextDeadline(core: &node.core), hasNews: machine.hasNews, isLong: isLong,
            hasProposedDue: node.core.groups[place].counters.commandsDue > dueBefore)
    }

    func end(_ node: inout RunningNode) { machine.end(core: &node.core) }
}

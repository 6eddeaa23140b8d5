import PaxosBase
import PaxosLog

/// What a turn brings to a port. It is handed over in the order of these fields, and so no output or answer comes before
/// the pushes of what it shows.
public struct PortNews<Machine: StateMachine>: Sendable {
    /// Whose it is.
    public let port: PortID
    /// Of all commands that the turn applied; nil when they push nothing, or the port does not subscribe.
    public var pushes: PushBatch<Machine>?
    /// What ended of its requests, in order.
    public var completions: [NodeCompletion<Machine>] = []
}

/// What a turn completes and pushes, gathered for each port so that each gets it at once.
///
/// Completions and pushes stand apart: what is touched for every command is a plain array, whatever the machine is.
struct PortTable<Machine: StateMachine> {
    private var places = PortPlaces()
    /// By place.
    private var completions: [[NodeCompletion<Machine>]] = []
    /// By place; one at most.
    private var pushes: [[PushBatch<Machine>]] = []
    /// Ports with news, in the order of the first of each.
    private var dirty: [PortID] = []
    /// By place. Asked for every command, which would look up the types of the lists above.
    private var isDirty: [Bool] = []
    /// How many ports have pushes.
    private var pushedCount = 0

    mutating func open() -> PortID {
        let port = places.open()
        if completions.count < places.count {
            completions.append([])
            pushes.append([])
            isDirty.append(false)
        }
        return port
    }

    @inline(__always)
    var hasNews: Bool { !dirty.isEmpty }

    @inline(__always)
    func isOpen(_ port: PortID) -> Bool { places.isOpen(port) }

    func hasNews(_ port: PortID) -> Bool { isOpen(port) && isDirty[Int(port.place)] }

    /// What was not taken yet goes to nobody.
    mutating func close(_ port: PortID) {
        guard places.isOpen(port) else { return }
        places.close(port)
        completions[Int(port.place)] = []
        _ = takePush(Int(port.place))
        isDirty[Int(port.place)] = false
        dirty.removeAll { $0 == port }
    }

    mutating func complete(_ port: PortID, _ completion: NodeCompletion<Machine>) {
        guard places.isOpen(port) else { return }
        note(port)
        completions[Int(port.place)].append(completion)
    }

    mutating func push(_ port: PortID, _ batch: PushBatch<Machine>) {
        guard places.isOpen(port) else { return }
        note(port)
        guard pushes[Int(port.place)].isEmpty else { return pushes[Int(port.place)][0].append(batch) }
        pushes[Int(port.place)].append(batch)
        pushedCount += 1
    }

    private mutating func note(_ port: PortID) {
        guard !isDirty[Int(port.place)] else { return }
        isDirty[Int(port.place)] = true
        dirty.append(port)
    }

    private mutating func takePush(_ place: Int) -> PushBatch<Machine>? {
        guard pushedCount > 0, let batch = pushes[place].popLast() else { return nil }
        pushedCount -= 1
        return batch
    }

    /// Takes what the next port has that has anything.
    mutating func takeNext() -> PortNews<Machine>? {
        guard !dirty.isEmpty else { return nil }
        let port = dirty.removeFirst()
        isDirty[Int(port.place)] = false
        var taken = PortNews<Machine>(port: port, pushes: takePush(Int(port.place)))
        swap(&taken.completions, &completions[Int(port.place)])
        return taken
    }
}

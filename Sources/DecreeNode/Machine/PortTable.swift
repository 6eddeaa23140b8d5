import PaxosBase
import PaxosLog

/// The completions of a turn, gathered for each port so that each gets them in one batch.
struct PortTable<Machine: StateMachine> {
    private var places = PortPlaces()
    /// By place.
    private var completions: [[NodeCompletion<Machine>]] = []
    /// Ports with completions, in the order of the first of each.
    private var dirty: [PortID] = []

    mutating func open() -> PortID {
        let port = places.open()
        if completions.count < places.count { completions.append([]) }
        return port
    }

    var hasCompletions: Bool { !dirty.isEmpty }

    func isOpen(_ port: PortID) -> Bool { places.isOpen(port) }

    /// What was not taken yet goes to nobody.
    mutating func close(_ port: PortID) {
        guard places.isOpen(port) else { return }
        places.close(port)
        completions[Int(port.place)] = []
        dirty.removeAll { $0 == port }
    }

    mutating func complete(_ port: PortID, _ completion: NodeCompletion<Machine>) {
        guard places.isOpen(port) else { return }
        let place = Int(port.place)
        if completions[place].isEmpty { dirty.append(port) }
        completions[place].append(completion)
    }

    /// Takes the batch of the next port that has one.
    mutating func takeNext() -> (port: PortID, batch: [NodeCompletion<Machine>])? {
        guard !dirty.isEmpty else { return nil }
        let port = dirty.removeFirst()
        var batch: [NodeCompletion<Machine>] = []
        swap(&batch, &completions[Int(port.place)])
        return (port, batch)
    }
}

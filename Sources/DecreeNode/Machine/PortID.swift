/// Names a port of a group: a place with a generation, so that a late word to a port that was closed reaches nobody.
public struct PortID: Hashable, Sendable {
    /// Small, and used again once the port is closed.
    public let place: Int32
    public let generation: UInt32
}

/// Which ports of a group are open.
struct PortPlaces: Hashable, Sendable {
    private var generations: [UInt32] = []
    private var free: [Int32] = []

    /// How many places there are, open or not.
    var count: Int { generations.count }

    mutating func open() -> PortID {
        if let place = free.popLast() { return PortID(place: place, generation: generations[Int(place)]) }
        generations.append(0)
        return PortID(place: Int32(generations.count - 1), generation: 0)
    }

    func isOpen(_ port: PortID) -> Bool { generations[Int(port.place)] == port.generation }

    mutating func close(_ port: PortID) {
        guard isOpen(port) else { return }
        generations[Int(port.place)] &+= 1
        free.append(port.place)
    }
}

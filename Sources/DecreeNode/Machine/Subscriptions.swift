import PaxosBase

/// A port that is told what the machine pushes.
struct Subscription: Hashable, Sendable {
    let port: PortID
    /// It was told all pushes up to here since it began.
    var through: Slot
}

/// Which ports subscribe, and what each of them holds.
///
/// What a port holds is limited, since a subscriber that stands still must not cost the node its memory, nor may the node
/// wait for it. A port that holds nothing takes any batch: who keeps up never loses anything, however much a single command
/// pushes. What is held counts on across subscriptions, so that subscribing again does not make room.
struct Subscriptions: Hashable, Sendable {
    /// In the order in which they began.
    private(set) var open: [Subscription] = []
    /// By the place of the port.
    private var held: [PushAmount] = []

    var isEmpty: Bool { open.isEmpty }

    /// A port that subscribes already goes on as it did.
    mutating func begin(_ port: PortID, behind slot: Slot) {
        guard !open.contains(where: { $0.port == port }) else { return }
        open.append(Subscription(port: port, through: slot))
    }

    mutating func end(_ port: PortID) { open.removeAll { $0.port == port } }

    /// The port was closed; its place is used again.
    mutating func forget(_ port: PortID) {
        end(port)
        if Int(port.place) < held.count { held[Int(port.place)] = PushAmount() }
    }

    /// The port is done with so much of what it was told.
    mutating func drained(_ port: PortID, _ amount: PushAmount) {
        if Int(port.place) < held.count { held[Int(port.place)] -= amount }
    }

    /// Tells every port so much, which it then holds; the subscription of a port that cannot hold it ends.
    /// - Returns: Each subscription as it was, and whether it goes on.
    mutating func tell(_ amount: PushAmount, through slot: Slot, limit: PushAmount) -> [(Subscription, Bool)] {
        let told = open.map { ($0, admit(amount, to: $0.port, limit: limit)) }
        open = told.compactMap { $1 ? Subscription(port: $0.port, through: slot) : nil }
        return told
    }

    private mutating func admit(_ amount: PushAmount, to port: PortID, limit: PushAmount) -> Bool {
        let place = Int(port.place)
        while held.count <= place { held.append(PushAmount()) }
        var sum = held[place]
        sum += amount
        let hasRoom = sum.count <= limit.count && sum.byteCount <= limit.byteCount
        guard hasRoom || held[place].count == 0 else { return false }
        held[place] = sum
        return true
    }

    /// Ends all.
    /// - Returns: Those that were open.
    mutating func takeAll() -> [Subscription] {
        let all = open
        open = []
        return all
    }
}

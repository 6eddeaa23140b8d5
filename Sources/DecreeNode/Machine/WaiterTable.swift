/// The clients' requests whose commands are under way, by the number that the replica knows each by.
///
/// A number is a position with a generation, so that a late word about a command whose client is gone meets nobody.
struct WaiterTable<Waiter: Sendable>: Sendable {
    private struct Place: Sendable {
        var generation: UInt32
        var waiter: Waiter?
    }

    private var places: [Place] = []
    private var free: [UInt32] = []

    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Keeps `waiter` until it is taken.
    /// - Returns: The number to take it by.
    mutating func insert(_ waiter: Waiter) -> UInt64 {
        count += 1
        if let position = free.popLast() {
            places[Int(position)].waiter = waiter
            return Self.number(position, places[Int(position)].generation)
        }
        places.append(Place(generation: 0, waiter: waiter))
        return Self.number(UInt32(places.count - 1), 0)
    }

    /// Whoever waits under this number, who then waits no more.
    mutating func take(_ number: UInt64) -> Waiter? {
        let position = Int(truncatingIfNeeded: number & 0xFFFF_FFFF)
        guard position < places.count, places[position].generation == UInt32(number >> 32) else { return nil }
        guard let waiter = places[position].waiter.take() else { return nil }
        places[position].generation &+= 1
        free.append(UInt32(position))
        count -= 1
        return waiter
    }

    /// Forgets those that fulfil `condition`. Walks the whole table: for rare use.
    mutating func removeAll(where condition: (Waiter) -> Bool) {
        for (position, place) in places.enumerated() {
            guard let waiter = place.waiter, condition(waiter) else { continue }
            _ = take(Self.number(UInt32(position), place.generation))
        }
    }

    /// Hands out everybody and is empty.
    mutating func takeAll() -> [Waiter] {
        var all: [Waiter] = []
        removeAll { waiter in
            all.append(waiter)
            return true
        }
        return all
    }

    private static func number(_ position: UInt32, _ generation: UInt32) -> UInt64 {
        UInt64(generation) << 32 | UInt64(position)
    }
}

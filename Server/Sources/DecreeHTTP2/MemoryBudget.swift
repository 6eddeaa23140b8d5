import Synchronization

/// How many bytes all loops of a server together may hold for clients.
final class SharedBudget: Sendable {
    let limit: Int
    private let taken = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    /// What the loops have taken, in the units in which they take.
    var total: Int { taken.load(ordering: .relaxed) }

    func take(_ bytes: Int) { taken.add(bytes, ordering: .relaxed) }
}

/// What one loop holds for its clients, all in one number: requests that are not complete, answers that are not read, and what
/// an open call costs by itself. Both protocols and both directions count here.
///
/// The loop takes from the shared budget in large units, so that the threads meet there rarely.
struct MemoryBudget {
    private static let unit = 1 << 18

    private let shared: SharedBudget
    private(set) var held = 0
    private var taken = 0

    init(_ shared: SharedBudget) { self.shared = shared }

    /// Counts bytes that are held from now on, or no more if negative.
    @inline(__always)
    mutating func add(_ bytes: Int) {
        held += bytes
        if held > taken || held < taken - 2 * Self.unit { settle() }
    }

    private mutating func settle() {
        let wanted = (max(0, held) + Self.unit - 1) / Self.unit * Self.unit
        shared.take(wanted - taken)
        taken = wanted
    }

    /// Whether as many bytes may be held besides.
    @inline(__always)
    func hasRoom(for bytes: Int) -> Bool {
        held + bytes <= taken || shared.total - taken + held + bytes <= shared.limit
    }

    /// Whether even those may still be answered who let little wait, when the budget is used up.
    var hasReserve: Bool { shared.total <= shared.limit + shared.limit / 2 }

    /// Whether so much is held that those have to go who let it wait.
    var isTight: Bool { shared.total > shared.limit / 2 }
}

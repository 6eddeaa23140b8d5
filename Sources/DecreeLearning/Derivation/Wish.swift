import PaxosBase

/// What clients of the derivation want chosen.
enum Wish: UInt8, Hashable, CaseIterable, Comparable, CustomStringConvertible {
    case a, b, c
    /// What no client wants. Only who lies speaks of it.
    case invented

    init?(_ payload: Payload) {
        guard let wish = Self.allCases.first(where: { $0.payload == payload }) else { return nil }
        self = wish
    }

    var payload: Payload { Self.payloads[Int(rawValue)] }

    private static let payloads = allCases.map { Payload($0.description.utf8) }

    var description: String { ["A", "B", "C", "Z"][Int(rawValue)] }

    static func < (left: Wish, right: Wish) -> Bool { left.rawValue < right.rawValue }
}

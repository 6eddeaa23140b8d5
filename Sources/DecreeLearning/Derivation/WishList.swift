import PaxosBase

/// What a node has decided, in order: one value at most, or the commands of a log. Small, since searches ask for it at every step.
struct WishList: Hashable, CustomStringConvertible {
    /// Four bits for each, the first lowest; zero where none is.
    private var bits: UInt64 = 0
    private(set) var count = 0

    private static let bitsPerWish = 4
    static let maximumCount = 16

    init(_ wish: Wish? = nil) { if let wish { append(wish) } }

    mutating func append(_ wish: Wish) {
        invariant(count < Self.maximumCount, "a small log: \(count) commands")
        bits |= UInt64(wish.rawValue + 1) << UInt64(count * Self.bitsPerWish)
        count += 1
    }

    var isEmpty: Bool { count == 0 }

    subscript(place: Int) -> Wish? {
        let code = UInt8(truncatingIfNeeded: bits >> UInt64(place * Self.bitsPerWish)) & 0xF
        return code == 0 ? nil : Wish(rawValue: code - 1)
    }

    /// In order.
    var wishes: [Wish] { (0..<count).compactMap { self[$0] } }

    /// Whether the other one begins with all of this.
    func begins(_ other: WishList) -> Bool {
        guard count <= other.count else { return false }
        let unused = (Self.maximumCount - count) * Self.bitsPerWish
        return count == 0 || (bits ^ other.bits) << UInt64(unused) == 0
    }

    var description: String { wishes.map(\.description).joined(separator: " ") }
}

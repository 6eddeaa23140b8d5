/// The name of a cluster: drawn when it is formed, the same on all its nodes.
public struct ClusterID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    public static func < (left: ClusterID, right: ClusterID) -> Bool { left.rawValue < right.rawValue }

    public var description: String { hexadecimal(rawValue) }
}

/// The name of one node's disk content: 128 random bits drawn at its first start. A node that lost its disk draws
/// another, and is known by that.
public struct StoreID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads what ``description`` writes: 32 hexadecimal digits.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 32 else { return nil }
        guard let high = UInt64(String(decoding: digits[..<16], as: UTF8.self), radix: 16),
            let low = UInt64(String(decoding: digits[16...], as: UTF8.self), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
        guard description == text else { return nil }
    }

    /// No store was minted yet.
    public static let none = StoreID(high: 0, low: 0)

    public var isNone: Bool { self == .none }

    public static func < (left: StoreID, right: StoreID) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    public var description: String { hexadecimal(high) + hexadecimal(low) }
}

/// What a peer can do beyond its protocol version. Two peers use what both of them name.
public struct FeatureSet: OptionSet, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// It tells on each connection that it was dialled on how many bytes came (``FrameCodec/receipt(_:)``).
    public static let receipts = FeatureSet(rawValue: 1 << 0)

    /// What this program can do.
    public static let current: FeatureSet = [.receipts]
}

private func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

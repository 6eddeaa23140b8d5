/// The number of a segment file, counted from 1 along the journal. Never used for other content once a batch in it was
/// acknowledged.
public struct SegmentNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    public var next: SegmentNumber { SegmentNumber(rawValue + 1) }

    public static func < (left: SegmentNumber, right: SegmentNumber) -> Bool { left.rawValue < right.rawValue }

    private static let digitCount = 20
    private static let suffix = ".segment"

    /// The name of its file: 20 digits and ".segment".
    public var fileName: String {
        let digits = String(rawValue)
        return String(repeating: "0", count: Self.digitCount - digits.count) + digits + Self.suffix
    }

    /// Reads what ``fileName`` writes; nil for every other name.
    public init?(fileName: String) {
        guard fileName.utf8.count == Self.digitCount + Self.suffix.utf8.count, fileName.hasSuffix(Self.suffix),
            let number = UInt64(fileName.prefix(Self.digitCount)), number > 0
        else { return nil }
        self.init(number)
        guard self.fileName == fileName else { return nil }
    }

    public var description: String { fileName }
}

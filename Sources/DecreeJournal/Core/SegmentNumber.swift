/// The number of a segment file, counted from 1 along the journal. Never used for other content once a batch in it was
/// acknowledged.
public struct SegmentNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// The file that tells how far the segments reach; it lies beside them and comes before all.
    public static let anchor = SegmentNumber(0)

    public var next: SegmentNumber { SegmentNumber(rawValue + 1) }

    public static func < (left: SegmentNumber, right: SegmentNumber) -> Bool { left.rawValue < right.rawValue }

    private static let digitCount = 20
    private static let suffix = ".segment"
    private static let anchorName = "anchor"

    /// The name of its file: 20 digits and ".segment", or "anchor".
    public var fileName: String {
        if self == .anchor { return Self.anchorName }
        let digits = String(rawValue)
        return String(repeating: "0", count: Self.digitCount - digits.count) + digits + Self.suffix
    }

    /// Reads what ``fileName`` writes; nil for every other name.
    public init?(fileName: String) {
        if fileName == Self.anchorName {
            self = .anchor
            return
        }
        guard fileName.utf8.count == Self.digitCount + Self.suffix.utf8.count, fileName.hasSuffix(Self.suffix),
            let number = UInt64(fileName.prefix(Self.digitCount)), number > 0
        else { return nil }
        self.init(number)
        guard self.fileName == fileName else { return nil }
    }

    public var description: String { fileName }
}

/// Counts of durations in buckets whose width grows with the value: each power of two is cut into 64, so a percentile is
/// known to 1.6 %, from a nanosecond to half an hour, in 9 KiB.
public struct Histogram: Sendable, Equatable {
    /// Each power of two is cut into two to this power buckets.
    private static let precisionBits = 6
    private static let bucketsPerOctave = 1 << precisionBits
    /// Larger samples are counted in the last bucket; `maximum` still knows them exactly.
    private static let largestExponent = 40

    private var counts: [UInt32]
    /// How many samples were recorded.
    public private(set) var count: Int = 0
    /// The largest sample, in nanoseconds; 0 if there is none.
    public private(set) var maximum: UInt64 = 0
    private var sum: UInt64 = 0

    public init() {
        counts = Array(repeating: 0, count: (Self.largestExponent - Self.precisionBits + 2) * Self.bucketsPerOctave)
    }

    /// Counts one sample.
    ///
    /// - Parameter nanoseconds: the duration.
    public mutating func record(_ nanoseconds: UInt64) {
        counts[min(Self.bucket(of: nanoseconds), counts.count - 1)] += 1
        count += 1
        sum &+= nanoseconds
        maximum = max(maximum, nanoseconds)
    }

    /// Adds the samples of another histogram.
    public mutating func merge(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        sum &+= other.sum
        maximum = max(maximum, other.maximum)
    }

    /// The smallest duration that at least the given share of the samples does not exceed, in nanoseconds; the middle
    /// of its bucket. 0 if there is no sample.
    ///
    /// - Parameter share: between 0 and 1; 0.99 is the 99th percentile.
    public func percentile(_ share: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let rank = max(1, Int((share * Double(count)).rounded(.up)))
        var seen = 0
        for (index, samples) in counts.enumerated() where samples > 0 {
            seen += Int(samples)
            if seen >= rank { return min(Self.middle(of: index), maximum) }
        }
        return maximum
    }

    /// The mean in nanoseconds; 0 if there is no sample.
    public var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    /// Values below 128 have a bucket each; above, the six bits behind the leading one choose the bucket.
    private static func bucket(of value: UInt64) -> Int {
        let exponent = max(0, 63 - value.leadingZeroBitCount - precisionBits)
        return exponent * bucketsPerOctave + Int(truncatingIfNeeded: value >> UInt64(exponent))
    }

    private static func middle(of bucket: Int) -> UInt64 {
        let exponent = max(0, bucket / bucketsPerOctave - 1)
        let lowest = UInt64(bucket - exponent * bucketsPerOctave) << UInt64(exponent)
        return lowest + (UInt64(1) << UInt64(exponent)) / 2
    }
}

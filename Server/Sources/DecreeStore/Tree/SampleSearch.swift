/// The samples of a node: eight bytes of each key or separator, searched before any of them is touched.
///
/// A bisection over 64 samples would look at four or five lines of memory, one after the other. Here the first line of
/// the node holds every eighth sample beside the node's count, and tells which line of samples to look at: two lines,
/// and no branch that depends on what is compared. Samples behind the last are the largest number.
///
/// | offset | |
/// |---|---|
/// | 0 | count, length of the common prefix |
/// | 8 | samples 8, 16, ... 56 |
/// | 64 | what else a node keeps |
/// | 128 | samples |
struct SampleSearch {
    static let samplesOffset = 128
    private static let pivotCount = 7

    private let pivots: UnsafeMutablePointer<UInt64>
    let samples: UnsafeMutablePointer<UInt64>

    @inline(__always)
    init(node: UnsafeMutableRawPointer) {
        pivots = (node + 8).assumingMemoryBound(to: UInt64.self)
        samples = (node + Self.samplesOffset).assumingMemoryBound(to: UInt64.self)
    }

    /// Where the line of samples begins that ``firstIndex(notBelow:)`` will end in.
    @inline(__always)
    func lineStart(for sample: UInt64) -> Int {
        var line = 0
        for pivot in 0..<Self.pivotCount { line &+= pivots[pivot] < sample ? 1 : 0 }
        return line &* 8
    }

    /// The first position whose sample is not below `sample`; the node's count, or above it up to the end of its line,
    /// when there is none.
    @inline(__always)
    func firstIndex(notBelow sample: UInt64) -> Int {
        let start = lineStart(for: sample)
        var index = start
        for position in 0..<8 { index &+= samples[start &+ position] < sample ? 1 : 0 }
        return index
    }

    /// Marks all positions from `count` to `capacity` as empty.
    func clear(from count: Int, to capacity: Int) {
        for position in count..<max(count, capacity) { samples[position] = .max }
    }

    /// Takes the pivots anew after samples from `index` on have changed. Nodes of less than 64 positions leave the last
    /// pivots at the largest number.
    @inline(__always)
    func takePivots(from index: Int, capacity: Int) {
        for pivot in max(0, index / 8 - 1)..<Self.pivotCount {
            let position = (pivot + 1) * 8
            pivots[pivot] = position < capacity ? samples[position] : .max
        }
    }
}

import Synchronization

/// A counter with one set of labels. Adding is one atomic instruction.
public final class CounterSeries: Sendable {
    private let bits = AtomicDouble()

    init() {}

    public func add(_ amount: Double = 1) { bits.add(amount) }

    /// Takes over a total that is counted elsewhere.
    public func record(total: Double) { bits.store(total) }

    public func reset() { bits.store(0) }

    public var value: Double { bits.load() }
}

/// A gauge with one set of labels.
public final class GaugeSeries: Sendable {
    private let bits = AtomicDouble()

    init() {}

    public func set(_ value: Double) { bits.store(value) }

    public func add(_ amount: Double) { bits.add(amount) }

    public var value: Double { bits.load() }
}

/// A histogram with one set of labels. Observing is two atomic additions and a bisection.
public final class HistogramSeries: Sendable {
    /// Upper bounds of the buckets, ascending, without the infinite one.
    public let bounds: [Double]
    /// Observations by bucket, not summed up; the last one is the infinite bucket.
    private let counts: AtomicCounts
    private let sumOfAll = AtomicDouble()

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = AtomicCounts(bounds.count + 1)
    }

    public func observe(_ value: Double) {
        counts.add(1, at: bucket(of: value))
        sumOfAll.add(value)
    }

    /// The first bucket whose bound is not below `value`.
    private func bucket(of value: Double) -> Int {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Takes over what somebody else counted since the start.
    /// - Parameters:
    ///   - buckets: Observations by bucket, not summed up, the infinite one last; one more than ``bounds``.
    ///   - sum: Of all observations.
    public func record(buckets: [UInt64], sum: Double) {
        for (index, count) in buckets.enumerated() where index <= bounds.count {
            counts.clear(index)
            counts.add(count, at: index)
        }
        sumOfAll.store(sum)
    }

    func reset() {
        for index in 0...bounds.count { counts.clear(index) }
        sumOfAll.store(0)
    }

    /// Observations up to each bound, and all of them at the end.
    public var cumulativeCounts: [UInt64] {
        var sum: UInt64 = 0
        return (0...bounds.count).map { index in
            sum += counts.load(index)
            return sum
        }
    }

    public var sum: Double { sumOfAll.load() }
}

/// A number that several threads add to without a lock.
private struct AtomicDouble: ~Copyable, Sendable {
    private let bits = Atomic<UInt64>(0)

    func load() -> Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func store(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ amount: Double) {
        var current = bits.load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: current) + amount).bitPattern
            let outcome = bits.weakCompareExchange(expected: current, desired: sum, ordering: .relaxed)
            if outcome.exchanged { return }
            current = outcome.original
        }
    }
}

/// A fixed number of counters in one block of memory.
private final class AtomicCounts: @unchecked Sendable {
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    init(_ count: Int) {
        self.count = count
        cells = .allocate(capacity: count)
        for index in 0..<count { (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: count)
        cells.deallocate()
    }

    func add(_ amount: UInt64, at index: Int) { cells[index].wrappingAdd(amount, ordering: .relaxed) }

    func load(_ index: Int) -> UInt64 { cells[index].load(ordering: .relaxed) }

    func clear(_ index: Int) { cells[index].store(0, ordering: .relaxed) }
}

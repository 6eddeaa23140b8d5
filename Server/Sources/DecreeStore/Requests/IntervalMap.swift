import PaxosBase

/// Half-open key intervals, each with the number that it was inserted with: who covered a key last?
///
/// Sorted runs whose lengths fall by half and more from one to the next; a new interval is a run of one, and runs of
/// like length are merged. An insertion costs the square of a logarithm on average, and so does a look at any moment:
/// those who insert and look by turns must not sort all anew each time.
/// - Source: Bentley and Saxe, "Decomposable Searching Problems I", 1980.
struct IntervalMap {
    private struct Interval {
        var lower: [UInt8]
        /// Nil when nothing ends the interval.
        var upper: [UInt8]?
        var number: Int

        func begins(before bound: [UInt8]?) -> Bool { bound.map { lower.lexicographicallyPrecedes($0) } ?? true }

        func ends(behind bound: [UInt8]?) -> Bool {
            guard let bound else { return false }
            return upper.map { bound.lexicographicallyPrecedes($0) } ?? true
        }
    }

    /// Each sorted and without overlap, the oldest first.
    private var runs: [[Interval]] = []

    init() {}

    var isEmpty: Bool { runs.isEmpty }

    /// Inserts the keys from `lower` to before `upper`, or to the end of the key space; nothing if there are none.
    /// - Parameter number: Above all that were inserted before.
    mutating func insert(from lower: [UInt8], to upper: [UInt8]?, number: Int) {
        let interval = Interval(lower: lower, upper: upper, number: number)
        if interval.begins(before: upper) { append([interval]) }
    }

    /// Inserts all that `other` has.
    mutating func insert(contentsOf other: IntervalMap) {
        for run in other.runs { append(run) }
    }

    /// The number of the interval that was inserted last among those that hold `key`; nil when none does.
    func lastNumber(covering key: [UInt8]) -> Int? {
        for run in runs.reversed() {
            if let number = Self.number(in: run, covering: key) { return number }
        }
        return nil
    }

    private static func number(in run: [Interval], covering key: [UInt8]) -> Int? {
        var low = 0
        var high = run.count
        while low < high {
            let middle = (low + high) / 2
            if run[middle].ends(behind: key) { high = middle } else { low = middle + 1 }
        }
        guard low < run.count, !key.lexicographicallyPrecedes(run[low].lower) else { return nil }
        return run[low].number
    }

    private mutating func append(_ run: [Interval]) {
        runs.append(run)
        while runs.count > 1, runs[runs.count - 2].count < 2 * runs[runs.count - 1].count {
            let newer = runs.removeLast()
            let older = runs.removeLast()
            runs.append(Self.merge(older, newer))
        }
    }

    /// Lays `newer` over `older`.
    private static func merge(_ older: [Interval], _ newer: [Interval]) -> [Interval] {
        var result: [Interval] = []
        result.reserveCapacity(older.count + newer.count)
        var rest = older.makeIterator()
        var next = rest.next()
        for interval in newer {
            while let under = next, under.begins(before: interval.lower) {
                guard under.ends(behind: interval.lower) else {
                    result.append(under)
                    next = rest.next()
                    continue
                }
                result.append(Interval(lower: under.lower, upper: interval.lower, number: under.number))
                next?.lower = interval.lower
            }
            result.append(interval)
            while let under = next, under.begins(before: interval.upper) {
                if under.ends(behind: interval.upper), let upper = interval.upper {
                    next?.lower = upper
                    break
                }
                next = rest.next()
            }
        }
        while let under = next {
            result.append(under)
            next = rest.next()
        }
        return result
    }
}

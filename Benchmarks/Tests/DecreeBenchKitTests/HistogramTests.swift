import Testing

@testable import DecreeBenchKit

@Suite("Histogram")
struct HistogramTests {
    @Test("small values are known exactly")
    func smallValues() {
        var histogram = Histogram()
        for value in 1...100 as ClosedRange<UInt64> { histogram.record(value) }
        #expect(histogram.percentile(0.5) == 50)
        #expect(histogram.percentile(0.99) == 99)
        #expect(histogram.percentile(1) == 100)
        #expect(histogram.mean == 50.5)
    }

    @Test("every percentile is within 1.6 % of the sorted samples, over nine powers of ten")
    func precision() {
        var histogram = Histogram()
        var random = SeededRandom(seed: 7)
        var samples: [UInt64] = []
        for _ in 0..<20_000 {
            var sample = UInt64(1 + random.below(1_000))
            for _ in 0..<random.below(7) { sample *= UInt64(1 + random.below(10)) }
            samples.append(sample)
            histogram.record(sample)
        }
        samples.sort()
        for share in [0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = Double(samples[max(1, Int((share * 20_000).rounded(.up))) - 1])
            let read = Double(histogram.percentile(share))
            #expect(abs(read - exact) <= exact * 0.016, "\(share): \(read) is not \(exact)")
        }
        #expect(histogram.maximum == samples.last)
    }

    @Test("a merged histogram equals one that saw all samples")
    func merging() {
        var one = Histogram()
        var other = Histogram()
        var all = Histogram()
        var random = SeededRandom(seed: 9)
        for index in 0..<1_000 {
            let sample = random.next() >> UInt64(random.below(60))
            if index % 3 == 0 { one.record(sample) } else { other.record(sample) }
            all.record(sample)
        }
        one.merge(other)
        #expect(one == all)
    }

    @Test("what is longer than the last bucket counts there and is still the maximum")
    func enormousSample() {
        var histogram = Histogram()
        histogram.record(.max)
        histogram.record(5)
        #expect(histogram.count == 2)
        #expect(histogram.maximum == .max)
        #expect(histogram.percentile(0.5) == 5)
        #expect(histogram.percentile(1) > 1 << 40)
    }

    @Test("an empty histogram answers 0")
    func empty() {
        #expect(Histogram().percentile(0.5) == 0)
        #expect(Histogram().mean == 0)
    }

    @Test("the median of an even count is the mean of the middle two")
    func medians() {
        #expect(median([]) == 0)
        #expect(median([3, 1, 2]) == 2)
        #expect(median([4, 1, 3, 2]) == 2.5)
    }
}

import Testing

@testable import DecreeBenchKit

@Suite("Reports")
struct ReportTests {
    @Test("numbers are rounded to the digits that matter")
    func numbers() {
        #expect(decimal(12_345.6) == "12346")
        #expect(decimal(1.005, 1) == "1.0")
        #expect(decimal(0.996, 2) == "1.00")
        #expect(decimal(-2.5, 1) == "-2.5")
        #expect(decimal(3.04, 2) == "3.04")
        #expect(decimal(.nan) == "-")
        #expect(brief(0.0123) == "0.012")
        #expect(brief(3.456) == "3.46")
        #expect(brief(34.56) == "34.6")
        #expect(brief(345.6) == "346")
    }

    @Test("columns line up")
    func table() {
        var table = TextTable()
        table.add(["a", "bb"])
        table.add(["cccc", "d"])
        #expect(table.lines == ["a     bb", "cccc   d"])
    }

    @Test("a row compares medians")
    func ratios() {
        func round(_ requests: Int, _ serverMicroseconds: Double) -> RoundResult {
            var result = RoundResult()
            result.requests = requests
            result.seconds = 2
            result.serverNanoseconds = UInt64(serverMicroseconds * 1000 * Double(requests))
            return result
        }
        let decree = [round(60_000, 30), round(100, 900), round(50_000, 40)]
        let etcd = [round(20_000, 120), round(10_000, 160)]
        let row = LoadRow(nodes: 3, workload: .put, clients: 100, results: [("decree", decree), ("etcd", etcd)])
        #expect(row.servers["decree"]?.requestsPerSecond == 25_000)
        #expect(row.servers["etcd"]?.serverMicroseconds == 140)
        #expect(row.rateRatio == 25_000 / 7_500.0)
        #expect(row.processorRatio == 40 / 140.0)
    }

    @Test("the longest gap is the one around the failure, not one before it")
    func gaps() {
        let times: [UInt64] = [0, 900_000_000, 905_000_000, 910_000_000, 1_310_000_000, 1_315_000_000]
        #expect(FailoverProbe.longestGap(times, after: 912_000_000) == 400)
        #expect(FailoverProbe.longestGap(times, after: 2_000_000_000) == 0)
        #expect(FailoverProbe.longestGap([], after: 0) == 0)
    }
}

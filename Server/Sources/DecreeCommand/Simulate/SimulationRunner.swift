import DecreeSimulator
import Dispatch

/// Runs many seeds on as many threads as there are processors, and hands the reports over in the order of the seeds.
struct SimulationRunner {
    let workload: SimulatedWorkload
    let jobs: Int

    /// - Parameter take: Called with every report, in order of seeds; false ends the run.
    func run(_ seeds: ClosedRange<UInt64>, take: (RunReport) -> Bool) {
        var next = seeds.lowerBound
        while true {
            let count = Int(min(UInt64(jobs * 8), seeds.upperBound - next + 1))
            for report in reports(from: next, count: count) where !take(report) { return }
            guard seeds.upperBound - next >= UInt64(count) else { return }
            next += UInt64(count)
        }
    }

    private func reports(from first: UInt64, count: Int) -> [RunReport] {
        let collected = ReportBox(count: count)
        let workload = workload
        DispatchQueue.concurrentPerform(iterations: min(jobs, count)) { place in
            for index in stride(from: place, to: count, by: jobs) {
                let seed = first + UInt64(index)
                CrashNote.set(SimulateCommand.replayLine(seed: seed, workload: workload), at: place)
                collected.put(workload.run(seed: seed), at: index)
            }
            CrashNote.set(nil, at: place)
        }
        return collected.reports
    }
}

/// Where threads put their reports, each at places of its own.
private final class ReportBox: @unchecked Sendable {
    private let places: UnsafeMutableBufferPointer<RunReport?>

    init(count: Int) {
        places = .allocate(capacity: count)
        places.initialize(repeating: nil)
    }

    func put(_ report: RunReport, at index: Int) { places[index] = report }

    var reports: [RunReport] { places.compactMap { $0 } }

    deinit {
        places.deinitialize()
        places.deallocate()
    }
}

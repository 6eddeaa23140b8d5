import PaxosBase
import PaxosLog

/// What clients saw has an order that a single machine could have had, and that respects real time.
///
/// The history carries its own witness: outputs and answers say which position of the state they belong to. So the
/// checker need not search. It performs the commands on a plain model in the order of the log (which also tells where
/// those of unknown outcome took effect), compares every output, answers every question on the states of its position
/// (there are several when a command changed what may be asked, and no more), and then sees that nothing stands before
/// what had ended when it began. A question whose answer names no position, as an error does, must fit one of the states
/// that real time leaves. A history that leaves any of this open is not passed.
/// - Source: Herlihy, Wing, "Linearizability: A Correctness Condition for Concurrent Objects", 1990, section 2.
public struct LinearizabilityChecker<Model: SequentialModel> {
    public typealias Log = History<Model.Operation, Model.Output, Model.Answer>

    public init() {}

    /// - Parameters:
    ///   - history: What the clients did and saw.
    ///   - model: A model in the initial state; it is left in the final one.
    /// - Returns: Why the history cannot be; nil when it can.
    public func check(_ history: Log, on model: inout Model) -> String? {
        var replay = HistoryReplay<Model>(history)
        if let text = replay.run(on: &model) { return text }
        return compareWithTime(replay.intervals, history)
    }

    /// Whatever had returned before an operation was invoked must not stand behind it. Each takes the first place that is
    /// left to it, which leaves the most to the others.
    private func compareWithTime(_ intervals: [HistoryInterval], _ history: Log) -> String? {
        var intervals = intervals.sorted { $0.invoked < $1.invoked }
        let ended = intervals.indices.filter { intervals[$0].returned != nil }
            .sorted { intervals[$0].returned! < intervals[$1].returned! }
        var next = 0
        var latest: HistoryInterval?
        for index in intervals.indices {
            while next < ended.count, intervals[ended[next]].returned! < intervals[index].invoked {
                if latest.map({ $0.first < intervals[ended[next]].first }) ?? true { latest = intervals[ended[next]] }
                next += 1
            }
            guard let latest, intervals[index].first < latest.first else { continue }
            guard latest.first <= intervals[index].last else {
                return "\(history.tell(intervals[index].entry)) stands at \(intervals[index].last) before "
                    + "\(history.tell(latest.entry)) at \(latest.first), which had ended when it began"
            }
            intervals[index].first = latest.first
        }
        return nil
    }
}

extension History.Entry {
    var hasOutput: Bool {
        if case .output = result { return true }
        return false
    }
}

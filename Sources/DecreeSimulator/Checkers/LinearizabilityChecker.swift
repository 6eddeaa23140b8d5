import PaxosBase
import PaxosLog

/// What clients saw has an order that a single machine could have had, and that respects real time.
///
/// The history carries its own witness: every output and answer says which position of the state it belongs to. So the
/// checker need not search. It performs the commands on a plain model in the order of the log (which also tells where
/// those of unknown outcome took effect), compares every output, answers every question on the state of its position,
/// and then sees that nothing stands before what had ended when it began. A history that leaves any of this open
/// is not passed.
/// - Source: Herlihy, Wing, "Linearizability: A Correctness Condition for Concurrent Objects", 1990, section 2.
public struct LinearizabilityChecker<Model: SequentialModel> {
    public typealias Log = History<Model.Operation, Model.Output, Model.Answer>

    public init() {}

    /// - Parameters:
    ///   - history: What the clients did and saw.
    ///   - model: A model in the initial state; it is left in the final one.
    /// - Returns: Why the history cannot be; nil when it can.
    public func check(_ history: Log, on model: inout Model) -> String? {
        var intervals: [Interval] = []
        if let text = replay(history, on: &model, into: &intervals) { return text }
        return compareWithTime(intervals, history)
    }

    private func replay(_ history: Log, on model: inout Model, into intervals: inout [Interval]) -> String? {
        let commands = Self.commands(of: history)
        let questions = Self.questions(of: history)
        var answered = 0
        for (_, index) in commands {
            if let text = answer(questions, &answered, history, on: model, into: &intervals) { return text }
            if let text = perform(index, history, on: &model, into: &intervals) { return text }
        }
        if let text = answer(questions, &answered, history, on: model, into: &intervals) { return text }
        if answered < questions.count {
            return "\(history.entries[questions[answered].entry].operation) saw a position that never was"
        }
        return history.entries.firstIndex { $0.slot == nil && $0.hasOutput }
            .map { "\(history.entries[$0].operation) was answered, but the log never applied it" }
    }

    /// In the order of the log.
    private static func commands(of history: Log) -> [(slot: Slot, entry: Int)] {
        var commands: [(slot: Slot, entry: Int)] = []
        for (index, entry) in history.entries.enumerated() {
            if let slot = entry.slot { commands.append((slot, index)) }
        }
        return commands.sorted { $0.slot < $1.slot }
    }

    private static func questions(of history: Log) -> [(entry: Int, position: UInt64)] {
        var questions: [(entry: Int, position: UInt64)] = []
        for (index, entry) in history.entries.enumerated() {
            guard case .answer(let answer, _) = entry.result else { continue }
            questions.append((index, Model.position(of: answer)))
        }
        return questions.sorted { ($0.position, $0.entry) < ($1.position, $1.entry) }
    }

    /// Answers the questions that belong to the state as it is.
    private func answer(
        _ questions: [(entry: Int, position: UInt64)], _ answered: inout Int, _ history: Log, on model: Model,
        into intervals: inout [Interval]
    ) -> String? {
        while answered < questions.count, questions[answered].position <= model.position {
            let question = questions[answered]
            let entry = history.entries[question.entry]
            guard question.position == model.position else { return "\(entry.operation) saw a position that never was" }
            guard case .answer(let answer, let isLinearizable) = entry.result else { return nil }
            if let text = model.check(entry.operation, answer: answer) { return "\(text) (\(tell(entry)))" }
            if isLinearizable { intervals.append(interval(question.entry, entry, question.position, isQuestion: true)) }
            answered += 1
        }
        return nil
    }

    private func perform(
        _ index: Int, _ history: Log, on model: inout Model, into intervals: inout [Interval]
    ) -> String? {
        let entry = history.entries[index]
        if case .refused = entry.result { return "\(entry.operation) was refused and took effect (\(tell(entry)))" }
        var output: Model.Output?
        if case .output(let seen) = entry.result { output = seen }
        let before = model.position
        if let text = model.perform(entry.operation, at: entry.time, output: output) {
            return "\(text) (\(tell(entry)))"
        }
        if let output, Model.position(of: output) != model.position {
            return "\(entry.operation) claims \(Model.position(of: output)), should be \(model.position)"
        }
        intervals.append(interval(index, entry, model.position, isQuestion: model.position == before))
        return nil
    }

    private func interval(_ index: Int, _ entry: Log.Entry, _ position: UInt64, isQuestion: Bool) -> Interval {
        Interval(
            invoked: entry.invoked, returned: entry.returned, place: Place(position: position, isQuestion: isQuestion),
            entry: index)
    }

    /// Whatever had returned before an operation was invoked must not stand behind it.
    private func compareWithTime(_ intervals: [Interval], _ history: Log) -> String? {
        let ended = intervals.filter { $0.returned != nil }.sorted { $0.returned! < $1.returned! }
        var next = 0
        var latest: Interval?
        for interval in intervals.sorted(by: { $0.invoked < $1.invoked }) {
            while next < ended.count, ended[next].returned! < interval.invoked {
                if latest.map({ $0.place < ended[next].place }) ?? true { latest = ended[next] }
                next += 1
            }
            guard let latest, interval.place < latest.place else { continue }
            return "\(tell(history.entries[interval.entry])) stands at \(interval.place.position) before "
                + "\(tell(history.entries[latest.entry])) at \(latest.place.position), which had ended when it began"
        }
        return nil
    }

    private func tell(_ entry: Log.Entry) -> String {
        let end = entry.returned.map { "\($0)" } ?? "open"
        return "\(entry.operation) of client \(entry.client), \(entry.invoked) to \(end)"
    }
}

/// Where an operation stands in the order: behind the change to `position`, questions after the change itself.
private struct Place: Comparable {
    let position: UInt64
    let isQuestion: Bool

    static func < (left: Place, right: Place) -> Bool {
        left.position != right.position ? left.position < right.position : !left.isQuestion && right.isQuestion
    }
}

private struct Interval {
    let invoked: UInt64
    let returned: UInt64?
    let place: Place
    let entry: Int
}

extension History.Entry {
    var hasOutput: Bool {
        if case .output = result { return true }
        return false
    }
}

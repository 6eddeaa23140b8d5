import PaxosBase
import PaxosLog

/// Where an operation stands in the order: behind so many commands of the log, questions after the last of these.
struct HistoryPlace: Comparable, CustomStringConvertible {
    let commands: Int
    let isQuestion: Bool

    static func < (left: HistoryPlace, right: HistoryPlace) -> Bool {
        left.commands != right.commands ? left.commands < right.commands : !left.isQuestion && right.isQuestion
    }

    var description: String { "\(commands)" }
}

struct HistoryInterval {
    let invoked: UInt64
    let returned: UInt64?
    /// The first place that it may have, and the last.
    var first: HistoryPlace
    let last: HistoryPlace
    let entry: Int
}

/// Performs the commands of a history in the order of the log, and answers its questions in between.
struct HistoryReplay<Model: SequentialModel> {
    typealias Log = History<Model.Operation, Model.Output, Model.Answer>

    /// A question whose position has come.
    private struct Open {
        let entry: Int
        /// Behind how many commands the answer was right first; nil: it has not been yet.
        var first: Int?
        /// Behind how many commands it was right last, once it is not any more.
        var last: Int?
        /// How the answer differed from the state that was looked at last, until it is right.
        var text = ""
    }

    private let history: Log
    /// In the order of the log.
    private let commands: [(slot: Slot, entry: Int)]
    /// Questions whose answers name their position, by it.
    private let questions: [(entry: Int, position: UInt64)]
    /// Those whose answers name none, with the places that real time leaves to them, by the first.
    private let unplaced: [(entry: Int, states: ClosedRange<Int>)]
    private var opened = 0
    private var open: [Open] = []
    private var openedUnplaced = 0
    /// Those that have fitted no state yet.
    private var openUnplaced: [(entry: Int, states: ClosedRange<Int>)] = []
    private(set) var intervals: [HistoryInterval] = []

    init(_ history: Log) {
        self.history = history
        var commands: [(slot: Slot, entry: Int)] = []
        for index in 0..<history.entries.count {
            if let slot = history.entries[index].slot { commands.append((slot, index)) }
        }
        self.commands = commands.sorted { $0.slot < $1.slot }
        var questions: [(entry: Int, position: UInt64)] = []
        var unplaced: [Int] = []
        for index in 0..<history.entries.count {
            guard case .answer(let answer, _) = history.entries[index].result else { continue }
            if let position = Model.position(of: answer) {
                questions.append((index, position))
            } else {
                unplaced.append(index)
            }
        }
        self.questions = questions.sorted { ($0.position, $0.entry) < ($1.position, $1.entry) }
        self.unplaced = Self.places(of: unplaced, history, self.commands)
    }

    /// The states that real time leaves to questions, by how many commands lie before them.
    private static func places(
        of questions: [Int], _ history: Log, _ commands: [(slot: Slot, entry: Int)]
    ) -> [(entry: Int, states: ClosedRange<Int>)] {
        let times = CommandTimes(
            commands.map { (history.entries[$0.entry].invoked, history.entries[$0.entry].returned) })
        let places = questions.map { index -> (entry: Int, states: ClosedRange<Int>) in
            var first = 0
            if case .answer(_, isLinearizable: true) = history.entries[index].result {
                first = times.countThroughLast(returnedBefore: history.entries[index].invoked)
            }
            let end = times.countBeforeFirst(invokedAfter: history.entries[index].returned ?? .max)
            return (index, first...max(first, end))
        }
        return places.sorted { ($0.states.lowerBound, $0.entry) < ($1.states.lowerBound, $1.entry) }
    }

    mutating func run(on model: inout Model) -> String? {
        if let text = reach(0, model, isMoved: true, isChanged: true) { return text }
        for (place, command) in commands.enumerated() {
            let before = (model.position, model.subposition)
            if let text = perform(command.entry, behind: place, on: &model) { return text }
            let isMoved = model.position != before.0
            let isChanged = isMoved || model.subposition != before.1
            if isMoved, let text = close(at: place) { return text }
            if let text = reach(place + 1, model, isMoved: isMoved, isChanged: isChanged) { return text }
        }
        if let text = close(at: commands.count) { return text }
        if opened < questions.count { return "\(history.tell(questions[opened].entry)) saw a position that never was" }
        return history.entries.firstIndex { $0.slot == nil && $0.hasOutput }
            .map { "\(history.entries[$0].operation) was answered, but the log never applied it" }
    }

    private mutating func perform(_ index: Int, behind place: Int, on model: inout Model) -> String? {
        let entry = history.entries[index]
        if case .refused = entry.result {
            return "\(entry.operation) was refused and took effect (\(history.tell(index)))"
        }
        var output: Model.Output?
        if case .output(let seen) = entry.result { output = seen }
        if let text = model.perform(entry.operation, at: entry.time, output: output) {
            return "\(text) (\(history.tell(index)))"
        }
        if let output, let claimed = Model.position(of: output), claimed != model.position {
            return "\(entry.operation) claims \(claimed), should be \(model.position)"
        }
        let own = HistoryPlace(commands: place + 1, isQuestion: false)
        intervals.append(
            HistoryInterval(invoked: entry.invoked, returned: entry.returned, first: own, last: own, entry: index))
        return nil
    }

    /// So many commands have been performed.
    private mutating func reach(_ place: Int, _ model: Model, isMoved: Bool, isChanged: Bool) -> String? {
        if isMoved, let text = openQuestions(model) { return text }
        if isChanged { for index in open.indices { Self.look(at: &open[index], history, model, behind: place) } }
        return reachUnplaced(place, model, isChanged: isChanged)
    }

    private mutating func reachUnplaced(_ place: Int, _ model: Model, isChanged: Bool) -> String? {
        if isChanged && !openUnplaced.isEmpty {
            openUnplaced.removeAll { Self.fits($0.entry, history, model) }
        }
        while openedUnplaced < unplaced.count, unplaced[openedUnplaced].states.lowerBound <= place {
            let question = unplaced[openedUnplaced]
            if !Self.fits(question.entry, history, model) { openUnplaced.append(question) }
            openedUnplaced += 1
        }
        guard let late = openUnplaced.first(where: { $0.states.upperBound <= place }) else { return nil }
        return "\(Self.mismatch(of: late.entry, history, model)) (\(history.tell(late.entry)))"
    }

    private mutating func openQuestions(_ model: Model) -> String? {
        while opened < questions.count, questions[opened].position <= model.position {
            guard questions[opened].position == model.position else {
                return "\(history.tell(questions[opened].entry)) saw a position that never was"
            }
            open.append(Open(entry: questions[opened].entry))
            opened += 1
        }
        return nil
    }

    private static func look(at question: inout Open, _ history: Log, _ model: Model, behind place: Int) {
        guard question.last == nil else { return }
        let isRight = fits(question.entry, history, model)
        if question.first == nil {
            if isRight { question.first = place } else { question.text = mismatch(of: question.entry, history, model) }
        } else if !isRight {
            question.last = place - 1
        }
    }

    private static func fits(_ entry: Int, _ history: Log, _ model: Model) -> Bool {
        guard case .answer(let answer, _) = history.entries[entry].result else { return true }
        return model.fits(history.entries[entry].operation, answer: answer)
    }

    private static func mismatch(of entry: Int, _ history: Log, _ model: Model) -> String {
        guard case .answer(let answer, _) = history.entries[entry].result else { return "" }
        return model.check(history.entries[entry].operation, answer: answer) ?? ""
    }

    /// The position is left: all its questions must have fitted one of its states.
    private mutating func close(at place: Int) -> String? {
        for question in open {
            guard let first = question.first else { return "\(question.text) (\(history.tell(question.entry)))" }
            let entry = history.entries[question.entry]
            guard case .answer(_, isLinearizable: true) = entry.result else { continue }
            intervals.append(
                HistoryInterval(
                    invoked: entry.invoked, returned: entry.returned,
                    first: HistoryPlace(commands: first, isQuestion: true),
                    last: HistoryPlace(commands: question.last ?? place, isQuestion: true), entry: question.entry))
        }
        open = []
        return nil
    }
}

extension History {
    /// Whose operation it was, and when.
    func tell(_ index: Int) -> String {
        let entry = entries[index]
        let end = entry.returned.map { "\($0)" } ?? "open"
        return "\(entry.operation) of client \(entry.client), \(entry.invoked) to \(end)"
    }
}

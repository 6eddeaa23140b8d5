import PaxosBase

/// Goes through every state that a harness can reach, breadth first, so that what it finds it finds with the fewest
/// steps.
///
/// Harness and observer are values: a state is a copy, and going back costs nothing. Two states count as one when two
/// hashes of 64 bits say so; a hash is keyed anew in every process, and nothing but this depends on it. An observer
/// that remembers belongs to the state, or a state that is reached in two ways would be judged by one of them.
/// - Source: Lamport, "Specifying Systems", 2002, chapter 14 (TLC).
public struct Explorer<Looking: Observer & Hashable> where Looking.Subject: Hashable {
    public typealias Subject = Looking.Subject

    /// How far to go.
    public struct Limits: Hashable, Sendable {
        public var depth: Int
        public var states: Int

        public init(depth: Int = .max, states: Int = .max) {
            self.depth = depth
            self.states = states
        }
    }

    /// What was found, with the way there.
    public struct Counterexample {
        public let text: String
        /// All choices from the beginning on: replays with ``Choices/scripted(_:)``.
        public let script: Script
        public let events: [Subject.Event]
    }

    public struct Result {
        /// How many states were reached, the first one included.
        public internal(set) var states = 1
        /// How many steps were made, also those that led to a known state.
        public internal(set) var transitions = 0
        /// How many steps from the first state all that can happen was gone through.
        public internal(set) var depth = 0
        /// In how many states nothing could happen any more.
        public internal(set) var ends = 0
        /// Nothing was left out.
        public internal(set) var isComplete = false
        public internal(set) var counterexample: Counterexample?
    }

    private struct State {
        var subject: Subject
        var observer: Looking
        /// Where it stands among the steps.
        let step: Int
    }

    /// The way to a state: the one before it and what was chosen in between.
    private struct Step {
        let former: Int
        let event: Subject.Event
        let choices: [Choice]
    }

    private let limits: Limits
    private var known: Set<Fingerprint> = []
    private var steps: [Step] = []
    private var result = Result()

    /// Explores all that follows from a first state.
    public static func explore(_ subject: Subject, _ observer: Looking, limits: Limits = Limits()) -> Result {
        var explorer = Explorer(limits: limits)
        explorer.explore(State(subject: subject, observer: observer, step: -1))
        return explorer.result
    }

    private init(limits: Limits) { self.limits = limits }

    private mutating func explore(_ first: State) {
        known.insert(Fingerprint(first.subject, first.observer))
        var layer = [first]
        while !layer.isEmpty {
            guard result.depth < limits.depth else { return }
            var next: [State] = []
            for state in layer where !expand(state, into: &next) { return }
            layer = next
            if !layer.isEmpty { result.depth += 1 }
        }
        result.isComplete = true
    }

    /// Makes every step that is possible in a state.
    /// - Returns: Whether to go on.
    private mutating func expand(_ state: State, into next: inout [State]) -> Bool {
        var enumeration = Enumeration(limit: .max)
        while var choices = enumeration.nextRun() {
            var successor = State(subject: state.subject, observer: state.observer, step: steps.count)
            guard let event = successor.subject.advance(&choices) else {
                result.ends += 1
                return conclude(successor.observer.ended(state.subject), after: state.step)
            }
            result.transitions += 1
            let finding = successor.observer.saw(event, in: successor.subject)
            guard finding != nil || known.insert(Fingerprint(successor.subject, successor.observer)).inserted else {
                continue
            }
            steps.append(Step(former: state.step, event: event, choices: choices.taken.choices))
            guard conclude(finding, after: successor.step) else { return false }
            result.states += 1
            next.append(successor)
            guard result.states < limits.states else { return false }
        }
        return true
    }

    private mutating func conclude(_ finding: String?, after step: Int) -> Bool {
        guard let finding else { return true }
        var way: [Step] = []
        var place = step
        while place >= 0 {
            way.append(steps[place])
            place = steps[place].former
        }
        way.reverse()
        result.counterexample = Counterexample(
            text: finding, script: Script(way.flatMap(\.choices)), events: way.map(\.event))
        return false
    }
}

/// Stands for a state: two keyed hashes, so that a mistake has a chance of about the square of the number of states in
/// 2^128.
private struct Fingerprint: Hashable {
    private let first: Int
    private let second: Int

    init(_ subject: some Hashable, _ observer: some Hashable) {
        first = Self.hash(0, subject, observer)
        second = Self.hash(1, subject, observer)
    }

    private static func hash(_ salt: UInt8, _ subject: some Hashable, _ observer: some Hashable) -> Int {
        var hasher = Hasher()
        hasher.combine(salt)
        hasher.combine(subject)
        hasher.combine(observer)
        return hasher.finalize()
    }
}

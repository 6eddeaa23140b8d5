/// Goes through every state that can be reached, the nearest first, so that what it finds it finds with the fewest steps.
///
/// `DecreeSimulator.Explorer` does the same for any harness, by its choices; this one asks a state once what can happen, and
/// keeps one small action for each.
///
/// A state counts as known when its hash of 64 bits is: among a million states a mistake has a chance of one in thirty
/// million. Hashes are keyed anew in every process, and nothing but this depends on them.
/// - Source: Lamport, "Specifying Systems", 2002, chapter 14 (TLC).
struct Search<State: Explorable> {
    /// What is wrong, and the shortest way there.
    struct Counterexample {
        let text: String
        let actions: [State.Action]
    }

    /// How many states were reached, the first one included.
    private(set) var states = 1
    /// How many steps were made, also those that led to a known state.
    private(set) var transitions = 0
    /// How many steps from the first state everything was gone through.
    private(set) var depth = 0
    /// In how many states nothing could happen any more.
    private(set) var ends = 0
    /// Nothing was left out.
    private(set) var isComplete = false
    private(set) var counterexample: Counterexample?

    private struct Step {
        let former: Int32
        let action: State.Action
    }

    private struct Place {
        let state: State
        let step: Int32
    }

    private static var statesBetweenReports: Int { 1024 }

    private let maximumStates: Int
    private var known: Set<Int> = []
    private var steps: [Step] = []

    /// Searches all that can follow.
    /// - Parameters:
    ///   - maximumStates: After so many states it gives up.
    ///   - progress: Told now and then how many states were reached.
    init(from first: State, maximumStates: Int = .max, progress: (Int) -> Void = { _ in }) {
        self.maximumStates = maximumStates
        known.insert(Self.fingerprint(first))
        var layer = [Place(state: first, step: -1)]
        while !layer.isEmpty {
            var next: [Place] = []
            for (number, place) in layer.enumerated() {
                if number % Self.statesBetweenReports == 0 { progress(states) }
                guard expand(place, into: &next) else { return }
            }
            layer = next
            if !layer.isEmpty { depth += 1 }
        }
        isComplete = true
    }

    private static func fingerprint(_ state: State) -> Int {
        var hasher = Hasher()
        hasher.combine(state)
        return hasher.finalize()
    }

    /// Makes every step that is possible in a state.
    /// - Returns: Whether to go on.
    private mutating func expand(_ place: Place, into next: inout [Place]) -> Bool {
        let actions = place.state.actions()
        guard !actions.isEmpty else {
            ends += 1
            return conclude(place.state.ended(), after: place.step)
        }
        for action in actions {
            var state = place.state
            let finding = state.perform(action)
            transitions += 1
            guard finding != nil || known.insert(Self.fingerprint(state)).inserted else { continue }
            steps.append(Step(former: place.step, action: action))
            guard conclude(finding, after: Int32(steps.count - 1)) else { return false }
            states += 1
            next.append(Place(state: state, step: Int32(steps.count - 1)))
            guard states < maximumStates else { return false }
        }
        return true
    }

    private mutating func conclude(_ finding: String?, after step: Int32) -> Bool {
        guard let finding else { return true }
        var actions: [State.Action] = []
        var place = step
        while place >= 0 {
            actions.append(steps[Int(place)].action)
            place = steps[Int(place)].former
        }
        counterexample = Counterexample(text: finding, actions: actions.reversed())
        return false
    }
}

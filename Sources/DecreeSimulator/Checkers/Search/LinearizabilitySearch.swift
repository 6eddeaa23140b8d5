import PaxosBase

/// Looks for an order of what clients did that a single object could have had and that respects real time, for
/// histories that carry no witness of the order (``LinearizabilityChecker`` is for those that do).
///
/// Depth first: of all that may come next (nothing that had ended before it began is still to come) one after another
/// is tried on a copy of the model. What was tried once, the same set of attempts leading to the same state, is not
/// tried again. An attempt of unknown outcome may come anywhere behind its beginning or never; it is tried only where
/// it changes something. Exponential at worst, hence the limit.
/// - Source: Wing, Gong, "Testing and Verifying Concurrent Objects", 1993, section 4; Lowe, "Testing for
///   Linearizability", 2017, section 4 (the memory of what was tried).
public struct LinearizabilitySearch<Model: ObjectModel> {
    private let initial: Model
    /// After so many tried actions the verdict is `undecided`.
    private let limit: Int

    /// - Parameters:
    ///   - initial: The state before everything; of every part, if there are several.
    ///   - limit: How many actions are tried at most for one part, and again for each look for a shorter beginning.
    public init(from initial: Model, limit: Int = 1_000_000) {
        self.initial = initial
        self.limit = limit
    }

    /// - Parameter attempts: All that was done, in any order.
    public func judge(_ attempts: [Attempt<Model.Action>]) -> LinearizabilityVerdict<Model.Action> {
        var isDecided = true
        for part in Self.parts(of: attempts) {
            switch search(part) {
            case true: continue
            case false: return .refuted(shortestPrefix(of: part))
            case nil: isDecided = false
            }
        }
        return isDecided ? .linearizable : .undecided
    }

    /// The attempts of each part by time, the parts in the order of their first.
    private static func parts(of attempts: [Attempt<Model.Action>]) -> [[Attempt<Model.Action>]] {
        var places: [Model.Part: Int] = [:]
        var parts: [[Attempt<Model.Action>]] = []
        for attempt in attempts.sorted(by: { $0.invoked < $1.invoked }) {
            let part = Model.part(of: attempt.action)
            if let place = places[part] {
                parts[place].append(attempt)
            } else {
                places[part] = parts.count
                parts.append([attempt])
            }
        }
        return parts
    }

    /// - Returns: Whether there is an order; nil when that was not found out.
    private func search(_ attempts: [Attempt<Model.Action>]) -> Bool? {
        var walk = OrderWalk(attempts, initial, limit: limit)
        return walk.run()
    }

    /// Every beginning of a linearizable history is linearizable too, so the shortest that is not is found by halving.
    private func shortestPrefix(of attempts: [Attempt<Model.Action>]) -> LinearizabilityRefutation<Model.Action> {
        let ended = attempts.filter { $0.returned != nil }.sorted { $0.returned! < $1.returned! }
        var (lower, upper) = (0, ended.count - 1)
        var isShortest = true
        while lower < upper {
            let middle = (lower + upper) / 2
            switch search(Self.cut(attempts, at: ended[middle].returned!)) {
            case false: upper = middle
            case true: lower = middle + 1
            case nil:
                isShortest = false
                lower = middle + 1
            }
        }
        let prefix = attempts.filter { $0.invoked < ended[upper].returned! }
        return LinearizabilityRefutation(prefix: prefix, last: ended[upper], isShortest: isShortest)
    }

    /// What had been seen at a time.
    private static func cut(_ attempts: [Attempt<Model.Action>], at end: UInt64) -> [Attempt<Model.Action>] {
        attempts.filter { $0.invoked < end }.map { attempt in
            let hasEnded = attempt.returned.map { $0 <= end } ?? false
            return Attempt(attempt.action, invoked: attempt.invoked, returned: hasEnded ? attempt.returned : nil)
        }
    }
}

/// The walk through the orders of the attempts of one part.
private struct OrderWalk<Model: ObjectModel> {
    /// What was put in order so far, and what it led to.
    private struct Position: Hashable {
        var model: Model
        /// All ended attempts before this one are in order.
        var base = 0
        /// The ended ones behind it that are, ascending.
        var ahead: [Int] = []
        /// The ones of unknown outcome that took effect, ascending.
        var unknown: [Int] = []
    }

    /// A place on the way, with what is still to be tried there.
    private struct Level {
        let position: Position
        var candidates: [Candidate]
    }

    private enum Candidate {
        case ended(Int)
        case unknown(Int)
    }

    private let ended: [Attempt<Model.Action>]
    private let unknown: [Attempt<Model.Action>]
    private var tried: Set<Position> = []
    private var levels: [Level] = []
    private var budget: Int

    /// - Parameter attempts: Ascending by the time of their beginning.
    init(_ attempts: [Attempt<Model.Action>], _ initial: Model, limit: Int) {
        ended = attempts.filter { $0.returned != nil }
        unknown = attempts.filter { $0.returned == nil }
        budget = limit
        enter(Position(model: initial))
    }

    /// - Returns: Whether there is an order; nil when the budget ended before that was found out.
    mutating func run() -> Bool? {
        while let level = levels.indices.last {
            if levels[level].position.base == ended.count { return true }
            guard let candidate = levels[level].candidates.popLast() else {
                levels.removeLast()
                continue
            }
            guard budget > 0 else { return nil }
            budget -= 1
            if let next = position(after: candidate, from: levels[level].position) { enter(next) }
        }
        return false
    }

    private mutating func enter(_ position: Position) {
        guard tried.insert(position).inserted else { return }
        levels.append(Level(position: position, candidates: candidates(at: position)))
    }

    /// What may come next, in the order in which it is tried from the end: first what ended first; then those of unknown
    /// outcome, the latest first, for what takes effect mostly does so soon.
    private func candidates(at position: Position) -> [Candidate] {
        var open: [Int] = []
        var firstEnd = UInt64.max
        var index = position.base
        while index < ended.count, ended[index].invoked < firstEnd {
            if !position.ahead.contains(index) {
                open.append(index)
                firstEnd = min(firstEnd, ended[index].returned!)
            }
            index += 1
        }
        let known = open.filter { ended[$0].invoked < firstEnd }.sorted { ended[$0].returned! > ended[$1].returned! }
        let possible = unknown.indices.filter { unknown[$0].invoked < firstEnd && !position.unknown.contains($0) }
        return possible.map { .unknown($0) } + known.map { .ended($0) }
    }

    /// Where a candidate leads; nil where its outcome does not fit, or where it changes nothing and need not have been.
    private func position(after candidate: Candidate, from position: Position) -> Position? {
        var next = position
        switch candidate {
        case .ended(let index):
            guard next.model.perform(ended[index].action, isKnown: true) else { return nil }
            next.ahead.insert(index, at: next.ahead.firstIndex { $0 > index } ?? next.ahead.count)
            while let first = next.ahead.first, first == next.base {
                next.ahead.removeFirst()
                next.base += 1
            }
        case .unknown(let index):
            guard next.model.perform(unknown[index].action, isKnown: false), next.model != position.model else {
                return nil
            }
            next.unknown.insert(index, at: next.unknown.firstIndex { $0 > index } ?? next.unknown.count)
        }
        return next
    }
}

import PaxosBase

/// Whatever a run could do otherwise is asked here: which message next, lost or not, which fault, which operation.
///
/// Drawn from a seed the run is a simulation, enumerated (``Enumeration``) one of an exploration, scripted a run that
/// was seen before. Choices that are written down replay in each of the three: as a script, as what a seed goes on
/// behind, and as what an enumeration begins with.
///
/// A value of its own in each place that chooses (``split()``), so that one place does not disturb what another draws;
/// all of a run write into one list. A run that writes nothing down pays for a generator and nothing else.
public struct Choices {
    private var random: SeededRandom
    private let ledger: ChoiceLedger?

    init(random: SeededRandom, ledger: ChoiceLedger?) {
        self.random = random
        self.ledger = ledger
    }

    /// Drawn from a seed, and not written down: the seed alone gives the run again.
    public init(seed: UInt64) { self.init(random: SeededRandom(seed: seed), ledger: nil) }

    /// Drawn from a seed and written down.
    /// - Parameter script: What is chosen before the first draw counts.
    public static func recorded(seed: UInt64, after script: Script = Script()) -> Choices {
        Choices(random: SeededRandom(seed: seed), ledger: ChoiceLedger(script, tail: .drawn))
    }

    /// As the script says, and behind its end always the first possibility.
    public static func scripted(_ script: Script) -> Choices {
        Choices(random: SeededRandom(seed: 0), ledger: ChoiceLedger(script, tail: .first))
    }

    /// What was chosen so far; empty where nothing is written down.
    public var taken: Script { Script(ledger?.taken ?? []) }

    /// How many choices the script holds that were not asked for yet.
    public var remaining: Int { ledger?.remaining ?? 0 }

    /// The first choice that was asked for with another bound than the script has: the run is not the script's.
    public var divergence: Int? { ledger?.divergence }

    /// A number below `bound`, which must be positive.
    public mutating func below(_ bound: UInt64) -> UInt64 {
        let drawn = random.below(bound)
        guard let ledger else { return drawn }
        return ledger.choose(below: bound, drawn: drawn)
    }

    /// A place in something of `count` elements, which must be positive.
    public mutating func index(below count: Int) -> Int { Int(below(UInt64(count))) }

    /// One of `elements`, of which there must be one.
    public mutating func element<Element>(of elements: [Element]) -> Element { elements[index(below: elements.count)] }

    /// A number of 64 bits. An enumeration cannot go through those.
    public mutating func next() -> UInt64 {
        let drawn = random.next()
        guard let ledger else { return drawn }
        return ledger.choose(below: 0, drawn: drawn)
    }

    /// True `numerator` times out of `denominator`. What can be true and false is a choice between two.
    public mutating func chance(_ numerator: UInt64, in denominator: UInt64) -> Bool {
        let drawn = random.chance(numerator, in: denominator)
        guard let ledger, numerator > 0, numerator < denominator else { return drawn }
        return ledger.choose(below: 2, drawn: drawn ? 1 : 0) == 1
    }

    /// A span of time from zero up to `bound`, excluded.
    public mutating func span(below bound: TimeSpan) -> TimeSpan {
        bound == .zero ? .zero : TimeSpan(nanoseconds: below(bound.nanoseconds))
    }

    /// Choices for another place of the same run.
    public mutating func split() -> Choices { Choices(random: random.split(), ledger: ledger) }
}

/// The choices of one run: what is prescribed, and what was taken.
final class ChoiceLedger {
    /// What is chosen where nothing is prescribed.
    enum Tail {
        case drawn, first
    }

    private let script: [Choice]
    private let tail: Tail
    private(set) var taken: [Choice] = []
    private(set) var divergence: Int?

    init(_ script: Script, tail: Tail) {
        self.script = script.choices
        self.tail = tail
    }

    var remaining: Int { max(0, script.count - taken.count) }

    func choose(below bound: UInt64, drawn: UInt64) -> UInt64 {
        let value = prescribed(below: bound) ?? (tail == .drawn ? drawn : 0)
        taken.append(Choice(value, of: bound))
        return value
    }

    /// Behind a divergence the script means nothing any more.
    private func prescribed(below bound: UInt64) -> UInt64? {
        guard taken.count < script.count, divergence == nil else { return nil }
        guard script[taken.count].bound == bound else {
            divergence = taken.count
            return nil
        }
        return script[taken.count].value
    }
}

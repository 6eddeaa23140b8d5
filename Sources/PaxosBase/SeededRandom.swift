/// A small seeded generator (SplitMix64): the only source of chance in the cores and the simulator.
///
/// - Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, figure 17.
public struct SeededRandom: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which must be positive. The bias is below 2^-32 for the bounds in use.
    public mutating func below(_ bound: UInt64) -> UInt64 { next().multipliedFullWidth(by: bound).high }

    /// A span of time from zero up to `bound`, excluded.
    public mutating func span(below bound: TimeSpan) -> TimeSpan {
        bound == .zero ? .zero : TimeSpan(nanoseconds: below(bound.nanoseconds))
    }

    /// True `numerator` times out of `denominator`.
    public mutating func chance(_ numerator: UInt64, in denominator: UInt64) -> Bool { below(denominator) < numerator }

    /// A generator of its own, independent of what this one is asked for later.
    public mutating func split() -> SeededRandom { SeededRandom(seed: next()) }
}

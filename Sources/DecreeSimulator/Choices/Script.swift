import PaxosBase

/// One thing that a run could have done otherwise, and what it did.
public struct Choice: Hashable, Sendable {
    public let value: UInt64
    /// `value` was one of the numbers below this one; zero stands for all numbers of 64 bits.
    public let bound: UInt64

    public init(_ value: UInt64, of bound: UInt64) {
        self.value = value
        self.bound = bound
    }
}

/// The choices of a run in order: all that is needed to have it again, whether it was drawn, enumerated or written.
///
/// As text each choice reads `value/bound`, and choices that repeat are counted: `0/2*5 1/3`.
public struct Script: Hashable, Sendable {
    public var choices: [Choice]

    public init(_ choices: [Choice] = []) { self.choices = choices }

    /// The script that comes after this one when all are gone through depth first: like an odometer, the last wheel
    /// that has a further number turns by one and those behind it are gone. Nil behind the last script.
    var successor: Script? {
        var choices = choices
        while let last = choices.popLast() {
            invariant(last.bound > 0, "a choice that is enumerated has a bound")
            guard last.value + 1 < last.bound else { continue }
            choices.append(Choice(last.value + 1, of: last.bound))
            return Script(choices)
        }
        return nil
    }
}

extension Script: CustomStringConvertible {
    public var description: String {
        var words: [String] = []
        var index = 0
        while index < choices.count {
            let choice = choices[index]
            let next = choices[index...].firstIndex { $0 != choice } ?? choices.count
            words.append("\(choice.value)/\(choice.bound)" + (next - index > 1 ? "*\(next - index)" : ""))
            index = next
        }
        return words.joined(separator: " ")
    }

    /// Reads what ``description`` writes; nil for anything else.
    public init?(_ text: String) {
        choices = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            let parts = word.split(separator: "*", omittingEmptySubsequences: false)
            let numbers = parts[0].split(separator: "/", omittingEmptySubsequences: false).map { UInt64($0) }
            guard parts.count <= 2, numbers.count == 2, let value = numbers[0], let bound = numbers[1],
                bound == 0 || value < bound,
                let count = parts.count == 2 ? Int(parts[1]) : 1, (1...Self.longestRepetition).contains(count)
            else { return nil }
            choices += repeatElement(Choice(value, of: bound), count: count)
        }
    }

    private static let longestRepetition = 1 << 24
}

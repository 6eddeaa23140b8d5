/// What clients of the derivation want chosen.
enum Wish: UInt8, Hashable, CaseIterable, CustomStringConvertible {
    case a, b, c

    var description: String { ["A", "B", "C"][Int(rawValue)] }
}

/// A message of one of the proposals that lead to Paxos: few words are enough for all of them.
struct Letter: Hashable, Comparable {
    enum Word: UInt8, Hashable {
        /// From a client's node to whoever keeps the value: please take it.
        case ask
        /// Keep this value.
        case write
        /// I keep it.
        case written
        /// This is the value.
        case decided
    }

    let from: UInt8
    let to: UInt8
    let word: Word
    let wish: Wish

    init(from: Int, to: Int, _ word: Word, _ wish: Wish) {
        self.from = UInt8(from)
        self.to = UInt8(to)
        self.word = word
        self.wish = wish
    }

    private var key: UInt32 {
        UInt32(from) << 24 | UInt32(to) << 16 | UInt32(word.rawValue) << 8 | UInt32(wish.rawValue)
    }

    static func < (left: Letter, right: Letter) -> Bool { left.key < right.key }
}

/// A node of one of the proposals: one of several equal values that hear a client and each other.
protocol StepNode: Hashable {
    /// - Parameters:
    ///   - place: Its own, from 0.
    ///   - count: Of all nodes.
    init(place: Int, count: Int)

    /// What it takes for decided, and has told its client.
    var decided: Wish? { get }

    /// It knows that something is to be decided, and not what.
    var isWaiting: Bool { get }

    /// Its client wants a value to be chosen.
    mutating func propose(_ wish: Wish, _ mail: inout [Letter])

    mutating func receive(_ letter: Letter, _ mail: inout [Letter])
}

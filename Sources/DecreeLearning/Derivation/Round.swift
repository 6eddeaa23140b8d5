/// A round of voting: a number, and the node that began it, so that no two nodes begin the same one. Paxos calls it a ballot.
struct Round: Hashable, Comparable, Sendable, CustomStringConvertible {
    let number: UInt8
    let place: UInt8

    init(_ number: Int, of place: Int) {
        self.number = UInt8(number)
        self.place = UInt8(place)
    }

    /// Before all others.
    static let zero = Round(0, of: 0)

    var description: String { "\(number).\(place)" }

    static func < (left: Round, right: Round) -> Bool { (left.number, left.place) < (right.number, right.place) }
}

/// What a message means for the choice of a value in rounds, whoever's protocol it belongs to.
enum RoundWord: Hashable, Sendable {
    /// The sender takes part in nothing below this round any more.
    case promises(Round)
    /// The sender asks for votes for a value.
    case proposes(Round, Wish)
    /// The sender holds a value.
    case votes(Round, Wish)
}

/// A message of one of the proposals that lead to Paxos: few words are enough for all of them.
struct Letter: StepMessage {
    enum Word: UInt8, Hashable {
        /// From a client's node to whoever keeps the value: please take it.
        case ask
        /// Keep this value.
        case write
        /// I keep it.
        case written
        /// This is the value.
        case decided
        /// This is what I hold.
        case tell
    }

    private let from: UInt8
    private let to: UInt8
    let word: Word
    let wish: Wish
    /// Zero where a proposal knows no rounds.
    let round: Round

    init(from: Int, to: Int, _ word: Word, _ wish: Wish, in round: Round = .zero) {
        self.from = UInt8(from)
        self.to = UInt8(to)
        self.word = word
        self.wish = wish
        self.round = round
    }

    var sender: Int { Int(from) }
    var receiver: Int { Int(to) }

    var meaning: RoundWord? { word == .tell && round > .zero ? .votes(round, wish) : nil }

    private var key: UInt64 {
        let route = UInt64(from) << 40 | UInt64(to) << 32 | UInt64(word.rawValue) << 24
        return route | UInt64(wish.rawValue) << 16 | UInt64(round.number) << 8 | UInt64(round.place)
    }

    static func < (left: Letter, right: Letter) -> Bool { left.key < right.key }

    var description: String {
        let suffix = round == .zero ? "" : ", of round \(round)"
        return switch word {
        case .ask: "please take \(wish)"
        case .write: "write \(wish)"
        case .written: "I keep \(wish)"
        case .decided: "\(wish) is decided"
        case .tell: "I hold \(wish)\(suffix)"
        }
    }
}

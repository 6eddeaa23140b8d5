/// Step 3: two-phase commit. The coordinator, whoever proposes, asks all others to be ready to keep its value, and gives up when
/// it hears of a death; so others may fail.
///
/// But when it fails itself, those who said that they are ready may neither go on nor go back: it may have told somebody.
struct Participant: SingleStepNode {
    private let place: Int
    private let count: Int
    private var ready: Wish?
    private var answers: UInt8 = 0
    private var isCoordinator = false
    private(set) var decided: Wish?

    init(place: Int, in plan: StepPlan) {
        self.place = place
        count = plan.nodes
    }

    var holding: String? { ready?.description }

    /// A coordinator can give up at any time; who is ready for another cannot.
    var isWaiting: Bool { !isCoordinator && ready != nil && decided == nil }

    mutating func propose(_ wish: Wish, _ mail: inout [Letter]) {
        isCoordinator = true
        ready = wish
        answers = 1 << UInt8(place)
        for other in 0..<count where other != place { mail.append(Letter(from: place, to: other, .write, wish)) }
    }

    mutating func receive(_ letter: Letter, _ mail: inout [Letter]) {
        switch letter.word {
        case .write:
            ready = ready ?? letter.wish
            if ready == letter.wish { mail.append(Letter(from: place, to: letter.sender, .written, letter.wish)) }
        case .written:
            answers |= 1 << UInt8(letter.sender)
            guard answers.nonzeroBitCount == count, decided == nil else { return }
            decided = letter.wish
            for other in 0..<count where other != place {
                mail.append(Letter(from: place, to: other, .decided, letter.wish))
            }
        case .decided: decided = letter.wish
        case .ask, .tell: break
        }
    }
}

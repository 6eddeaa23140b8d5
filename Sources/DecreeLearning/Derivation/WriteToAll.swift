/// Step 2: the value is written to all nodes, and decided when all have it. Whoever proposed it tells them.
///
/// One node that fails is one answer too few, for ever.
struct WriteToAll: SingleStepNode {
    private let place: Int
    private let count: Int
    private var kept: Wish?
    private var hasProposed = false
    private var writers: UInt8 = 0
    private(set) var decided: Wish?

    init(place: Int, in plan: StepPlan) {
        self.place = place
        count = plan.nodes
    }

    var isWaiting: Bool { hasProposed && decided == nil }
    var holding: String? { kept?.description }

    mutating func propose(_ wish: Wish, _ mail: inout [Letter]) {
        hasProposed = true
        for other in 0..<count { mail.append(Letter(from: place, to: other, .write, wish)) }
    }

    mutating func receive(_ letter: Letter, _ mail: inout [Letter]) {
        switch letter.word {
        case .write:
            kept = kept ?? letter.wish
            if kept == letter.wish { mail.append(Letter(from: place, to: letter.sender, .written, letter.wish)) }
        case .written:
            writers |= 1 << UInt8(letter.sender)
            guard writers.nonzeroBitCount == count, decided == nil else { return }
            for other in 0..<count { mail.append(Letter(from: place, to: other, .decided, letter.wish)) }
        case .decided: decided = letter.wish
        case .ask, .tell: break
        }
    }
}

/// Step 1: one server holds the value. Nothing can get out of step, since there is nothing else.
///
/// It is a bottleneck, and when it dies nobody can say what the value is.
struct OneServer: SingleStepNode {
    private let place: Int
    private(set) var decided: Wish?
    private(set) var isWaiting = false

    init(place: Int, in plan: StepPlan) { self.place = place }

    var holding: String? { place == 0 ? decided?.description : nil }

    mutating func propose(_ wish: Wish, _ mail: inout [Letter]) {
        isWaiting = true
        mail.append(Letter(from: place, to: 0, .ask, wish))
    }

    mutating func receive(_ letter: Letter, _ mail: inout [Letter]) {
        if letter.word == .ask {
            decided = decided ?? letter.wish
            mail.append(Letter(from: 0, to: letter.sender, .decided, decided ?? letter.wish))
        } else {
            decided = letter.wish
            isWaiting = false
        }
    }
}

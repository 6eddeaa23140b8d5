/// Step 1: one server holds the value. Nothing can get out of step, since there is nothing else.
///
/// It is a bottleneck, and when it dies nobody can say what the value is.
struct OneServer: StepNode {
    private let place: Int
    private let count: Int
    private(set) var decided: Wish?
    private(set) var isWaiting = false

    init(place: Int, count: Int) {
        self.place = place
        self.count = count
    }

    mutating func propose(_ wish: Wish, _ mail: inout [Letter]) {
        isWaiting = true
        mail.append(Letter(from: place, to: 0, .ask, wish))
    }

    mutating func receive(_ letter: Letter, _ mail: inout [Letter]) {
        if place == 0 {
            decided = decided ?? letter.wish
            mail.append(Letter(from: 0, to: Int(letter.from), .decided, decided ?? letter.wish))
        } else {
            decided = letter.wish
            isWaiting = false
        }
    }
}

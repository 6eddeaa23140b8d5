/// Steps 4 to 6: a value is decided when enough nodes keep it. They differ in how many are enough, and in whether a
/// node that keeps a value takes another.
protocol Keeping {
    /// A node that keeps a value takes another that it is asked to keep.
    static var changesItsMind: Bool { get }
    /// How many of so many nodes are enough.
    static func enough(of count: Int) -> Int
}

/// Step 4: a primary writes to a majority, and where it is taken for dead another one does. Both live.
enum TwoLeaders: Keeping {
    static let changesItsMind = true
    static func enough(of count: Int) -> Int { count / 2 + 1 }
}

/// Step 5: P1, a node keeps the first value that it gets; all must keep the same.
enum FirstValue: Keeping {
    static let changesItsMind = false
    static func enough(of count: Int) -> Int { count }
}

/// Step 6: a majority must. Two majorities meet, so two values are never decided, and sometimes none is.
enum MajorityOfFirst: Keeping {
    static let changesItsMind = false
    static func enough(of count: Int) -> Int { count / 2 + 1 }
}

/// A node that keeps a value in one of these ways.
struct Keeper<Way: Keeping>: SingleStepNode {
    private let place: Int
    private let count: Int
    private var wish: Wish?
    private var kept: Wish?
    private var writers: UInt8 = 0
    private(set) var decided: Wish?

    init(place: Int, in plan: StepPlan) {
        self.place = place
        count = plan.nodes
    }

    var isWaiting: Bool { wish != nil && decided == nil }
    var holding: String? { kept?.description }

    mutating func propose(_ wish: Wish, _ mail: inout [Letter]) {
        self.wish = wish
        for other in 0..<count { mail.append(Letter(from: place, to: other, .write, wish)) }
    }

    mutating func receive(_ letter: Letter, _ mail: inout [Letter]) {
        switch letter.word {
        case .write:
            if kept == nil || Way.changesItsMind { kept = letter.wish }
            if kept == letter.wish { mail.append(Letter(from: place, to: letter.sender, .written, letter.wish)) }
        case .written:
            writers |= 1 << UInt8(letter.sender)
            guard writers.nonzeroBitCount >= Way.enough(of: count), decided == nil else { return }
            decided = letter.wish
            for other in 0..<count where other != place {
                mail.append(Letter(from: place, to: other, .decided, letter.wish))
            }
        case .decided: decided = decided ?? letter.wish
        case .ask, .tell: break
        }
    }
}

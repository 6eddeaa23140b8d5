/// A value that a node holds, and the round in which it came up.
struct Told: Hashable {
    let round: Round
    let wish: Wish
}

/// Steps 7 to 9: every node tells all others what it holds, and whatever a majority holds is decided. They differ in when a
/// node changes its mind.
protocol Telling {
    /// A value that is begun with gets a round of its own, above all that its node heard of.
    static var hasRounds: Bool { get }
    /// What a node that wants something begins with; nil when it does not begin.
    static func begins(wanting wish: Wish, holding: Told?) -> Wish?
    /// Whether a node takes what it is told.
    static func takes(_ told: Told, holding: Told?) -> Bool
}

/// Step 7: a node takes what it was told last.
enum ToldLast: Telling {
    static let hasRounds = false
    static func begins(wanting wish: Wish, holding: Told?) -> Wish? { wish }
    static func takes(_ told: Told, holding: Told?) -> Bool { told != holding }
}

/// Step 8: a node takes at once what comes of a later round.
enum LatestRound: Telling {
    static let hasRounds = true
    static func begins(wanting wish: Wish, holding: Told?) -> Wish? { wish }
    static func takes(_ told: Told, holding: Told?) -> Bool { told.round > holding?.round ?? .zero }
}

/// Step 9a: a node that holds something keeps it.
enum NeverChange: Telling {
    static let hasRounds = true
    static func begins(wanting wish: Wish, holding: Told?) -> Wish? { holding == nil ? wish : nil }
    static func takes(_ told: Told, holding: Told?) -> Bool { holding == nil }
}

/// Step 9b: a node takes what comes of a later round, and who begins a round begins it with what it holds.
enum ChangeFreely: Telling {
    static let hasRounds = true
    static func begins(wanting wish: Wish, holding: Told?) -> Wish? { holding?.wish ?? wish }
    static func takes(_ told: Told, holding: Told?) -> Bool { told.round > holding?.round ?? .zero }
}

/// A node that tells, in one of these ways.
struct Teller<Way: Telling>: SingleStepNode {
    private let place: Int
    private let majority: Int
    private var hasProposed = false
    private var held: Told?
    /// The latest that each node told, its own included.
    private var heard: [Told?]
    private(set) var decided: Wish?

    init(place: Int, in plan: StepPlan) {
        self.place = place
        majority = plan.majority
        heard = Array(repeating: nil, count: plan.nodes)
    }

    var isWaiting: Bool { (hasProposed || held != nil) && decided == nil }
    var holding: String? { held.map { Way.hasRounds ? "\($0.wish) of round \($0.round)" : "\($0.wish)" } }

    mutating func propose(_ wish: Wish, _ mail: inout [Letter]) {
        hasProposed = true
        guard let begun = Way.begins(wanting: wish, holding: held) else { return }
        let highest = heard.reduce(0) { max($0, Int($1?.round.number ?? 0)) }
        hold(Told(round: Way.hasRounds ? Round(highest + 1, of: place) : .zero, wish: begun), &mail)
    }

    mutating func receive(_ letter: Letter, _ mail: inout [Letter]) {
        let told = Told(round: letter.round, wish: letter.wish)
        guard told.round >= heard[letter.sender]?.round ?? .zero else { return }
        heard[letter.sender] = told
        if Way.takes(told, holding: held) { hold(told, &mail) }
        count(told)
    }

    private mutating func hold(_ told: Told, _ mail: inout [Letter]) {
        held = told
        heard[place] = told
        for other in heard.indices where other != place {
            mail.append(Letter(from: place, to: other, .tell, told.wish, in: told.round))
        }
        count(told)
    }

    private mutating func count(_ told: Told) {
        guard decided == nil, heard.count(where: { $0 == told }) >= majority else { return }
        decided = told.wish
    }
}

import DecreePages

/// What nodes of a step say to each other.
protocol StepMessage: Hashable, Comparable, CustomStringConvertible, Sendable {
    /// By their places.
    var sender: Int { get }
    var receiver: Int { get }
    /// What it means for the choice in rounds; nil where it means nothing, or there are no rounds.
    var meaning: RoundWord? { get }
    /// What is to be said on a page of every message like it.
    /// - Parameter step: Whose nodes take it in.
    func kind(in step: Step) -> RecordedKind
}

/// A node of one of the proposals: one of several values of one kind that hear a client and each other.
///
/// What it says to itself it hears at once; everything else takes its time.
protocol StepNode: Hashable {
    associatedtype Message: StepMessage

    /// - Parameter place: Its own, from 0.
    init(place: Int, in plan: StepPlan)

    /// How many nodes must agree.
    static func quorum(of plan: StepPlan) -> Int
    /// Who took part in a round takes part in no earlier one.
    static var keepsPromises: Bool { get }

    /// What it takes for decided, in order, and has told its client.
    var decisions: WishList { get }
    /// What it does with a decision, in a word.
    static var verb: String { get }

    /// It knows that something is to be decided, and not what.
    var isWaiting: Bool { get }

    /// What it holds, in words; nil for nothing.
    var holding: String? { get }

    /// What a page shows that it holds, but for what it has decided.
    var facts: [RecordedFact] { get }

    /// Its client wants a value to be chosen.
    mutating func propose(_ wish: Wish, _ mail: inout [Message])

    mutating func receive(_ message: Message, _ mail: inout [Message])

    /// It crashes and starts again with what it has written; its client asks again.
    mutating func restart(_ mail: inout [Message])

    /// Some messages are nothing to some states, now and for ever: these are as good as arrived.
    static var isSometimesDeaf: Bool { get }
    /// Whether nothing will ever come of a message, whatever happens before it arrives.
    func isDeaf(to message: Message) -> Bool
}

/// A node that decides once.
protocol SingleStepNode: StepNode {
    /// What it takes for decided, and has told its client.
    var decided: Wish? { get }
}

extension SingleStepNode {
    var decisions: WishList { WishList(decided) }
}

extension StepNode {
    static var verb: String { "decides" }
    static func quorum(of plan: StepPlan) -> Int { plan.majority }
    static var keepsPromises: Bool { true }
    mutating func restart(_ mail: inout [Message]) {}
    static var isSometimesDeaf: Bool { false }
    func isDeaf(to message: Message) -> Bool { false }
    var facts: [RecordedFact] { holding.map { [RecordedFact("holds", $0)] } ?? [] }
}

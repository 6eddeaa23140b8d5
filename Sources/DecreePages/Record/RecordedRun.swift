/// A run that somebody recorded, told so that a page can show it: who took part, what happened in order, and what it means.
///
/// It knows no protocol. Whoever records a run says in words what happened; nodes, kinds and messages are named by their
/// places in the lists here.
public struct RecordedRun: Hashable, Sendable {
    /// What the page is about, in a few words.
    public var title: String
    /// Where the run comes from, in a line above the title.
    public var origin: String
    /// What is proposed or shown, told before anything happens; a paragraph each.
    public var introduction: [String] = []
    /// What is done otherwise than in the run that one would look at before.
    public var changes: [RecordedChange] = []
    /// What came of it; nil where a run is only looked at.
    public var verdict: RecordedVerdict?
    /// How the page is made again.
    public var command: String
    public var nodes: [RecordedNode]
    public var kinds: [RecordedKind]
    /// What happened, in order.
    public var events: [RecordedEvent] = []
    /// What was said, in any order.
    public var messages: [RecordedMessage] = []
    /// The first event that a run has otherwise which is shown beside this one, or that this one was taken off.
    public var difference: Int?
    /// Where it was taken another way; nil where a page cannot take it another way.
    public var way: RecordedWay?

    public init(title: String, origin: String, command: String, nodes: [RecordedNode], kinds: [RecordedKind]) {
        self.title = title
        self.origin = origin
        self.command = command
        self.nodes = nodes
        self.kinds = kinds
    }
}

/// Somebody who takes part.
public struct RecordedNode: Hashable, Sendable {
    public let name: String
    /// What it does in the protocol; empty where all do the same.
    public let role: String
    /// What it holds before the first event.
    public var facts: [RecordedFact] = []

    public init(name: String, role: String = "") {
        self.name = name
        self.role = role
    }
}

/// What a run amounts to.
public struct RecordedVerdict: Hashable, Sendable {
    /// Nothing is wrong.
    public let holds: Bool
    /// In a line.
    public let text: String
    /// Why, and what follows; a paragraph each.
    public let reasons: [String]

    public init(holds: Bool, text: String, reasons: [String] = []) {
        self.holds = holds
        self.text = text
        self.reasons = reasons
    }
}

/// Lines of the sources that are otherwise.
public struct RecordedChange: Hashable, Sendable {
    public let file: String
    /// Empty where nothing stood.
    public let former: String
    public let new: String

    public init(file: String, former: String, new: String) {
        self.file = file
        self.former = former
        self.new = new
    }
}

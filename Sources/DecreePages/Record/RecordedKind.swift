/// A kind of event or message, with all that is to be said of every one of them.
public struct RecordedKind: Hashable, Sendable {
    /// Kinds that look alike.
    public enum Family: String, Hashable, Sendable {
        /// A client wants something, or is told something.
        case client
        /// A ballot is prepared: asking and promising.
        case prepare
        /// A ballot's value is accepted: asking and voting.
        case accept
        /// Somebody says no.
        case refusal
        /// What is chosen or decided becomes known.
        case learn
        /// Something is written, or durable.
        case disk
        /// Who lives, and who leads.
        case liveness
        /// A node fails, or comes back.
        case fault
        case other
    }

    /// As it is called in lists.
    public let name: String
    /// At most three signs, for the picture.
    public let sign: String
    public let family: Family
    /// What it is for, in words for somebody who has never heard of it.
    public let meaning: String
    /// Which code is run by it; nil where none is.
    public let handler: RecordedHandler?
    /// There is so much of it that it is folded until somebody wants to see it.
    public let isFolded: Bool

    public init(
        name: String, sign: String, family: Family, meaning: String, handler: RecordedHandler? = nil,
        isFolded: Bool = false
    ) {
        self.name = name
        self.sign = sign
        self.family = family
        self.meaning = meaning
        self.handler = handler
        self.isFolded = isFolded
    }
}

extension RecordedKind {
    /// The same in the order of a table.
    public init(
        _ name: String, _ sign: String, _ family: Family, at handler: RecordedHandler? = nil, isFolded: Bool = false,
        _ meaning: String
    ) {
        self.init(
            name: name, sign: sign, family: family, meaning: meaning, handler: handler, isFolded: isFolded)
    }
}

/// Where a step is written down: in the code, in a paper, and in a specification.
public struct RecordedHandler: Hashable, Sendable {
    /// The function, as in `Acceptor.prepare`.
    public let name: String
    /// From the root of the project.
    public let file: String
    /// Of a paper; empty where none tells of it.
    public let section: String
    /// The TLA+ action; empty where none is.
    public let action: String

    public init(name: String, file: String, section: String = "", action: String = "") {
        self.name = name
        self.file = file
        self.section = section
        self.action = action
    }
}

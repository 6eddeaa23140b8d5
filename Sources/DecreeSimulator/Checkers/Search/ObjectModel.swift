/// What clients share, as plain as can be: a value on which a search tries orders of what they did.
public protocol ObjectModel: Hashable {
    /// Something that was done, with what was seen of it.
    associatedtype Action
    /// Names one of several objects that have nothing to do with each other.
    associatedtype Part: Hashable = Int

    /// The object that `action` is about. Each is judged by itself, which takes far less than all together; right only
    /// if no action on one of them depends on another.
    /// - Source: Herlihy, Wing 1990, theorem 1 (locality).
    static func part(of action: Action) -> Part

    /// Lets an action take effect.
    /// - Parameter isKnown: The outcome that the action bears was seen; otherwise every outcome is right.
    /// - Returns: Whether that outcome is the one of this state. If it is not, what becomes of the model is no matter.
    mutating func perform(_ action: Action, isKnown: Bool) -> Bool
}

extension ObjectModel where Part == Int {
    public static func part(of action: Action) -> Int { 0 }
}

/// Something that a client did. Times are of one clock, and no two are equal.
public struct Attempt<Action> {
    public let action: Action
    public let invoked: UInt64
    /// When its outcome was known; nil when it never was: it took effect at any time from then on, or not at all.
    public let returned: UInt64?

    public init(_ action: Action, invoked: UInt64, returned: UInt64?) {
        self.action = action
        self.invoked = invoked
        self.returned = returned
    }
}

extension Attempt: Sendable where Action: Sendable {}

/// What a search for an order came to.
public enum LinearizabilityVerdict<Action> {
    case linearizable
    case refuted(LinearizabilityRefutation<Action>)
    /// The limit was reached before every order was tried.
    case undecided
}

/// The shortest beginning of a history that no order explains.
public struct LinearizabilityRefutation<Action> {
    /// What was invoked until then, of one object, by time. What had not ended yet counts as of unknown outcome.
    public let prefix: [Attempt<Action>]
    /// The attempt whose outcome cannot be explained: the beginning ends when it returned.
    public let last: Attempt<Action>
    /// No shorter beginning is refuted; false when the limit kept this from being found out.
    public let isShortest: Bool
}

extension LinearizabilityRefutation: CustomStringConvertible {
    /// The last outcome, and before it what ended last and what was still open.
    public var description: String {
        let end = last.returned ?? .max
        let others = prefix.filter { $0.invoked != last.invoked }
        let ended = others.filter { $0.returned.map { $0 < end } ?? false }.suffix(Self.shownAttempts)
        let open = others.filter { $0.returned.map { $0 > end } ?? true }.suffix(Self.shownAttempts)
        let lines =
            ["no order explains \(Self.tell(last)) after \(prefix.count - 1) others"]
            + ended.map { "  ended: \(Self.tell($0))" } + open.map { "  open: \(Self.tell($0))" }
        return lines.joined(separator: "\n")
    }

    private static var shownAttempts: Int { 8 }

    private static func tell(_ attempt: Attempt<Action>) -> String {
        "\(attempt.action), \(attempt.invoked) to \(attempt.returned.map { "\($0)" } ?? "open")"
    }
}

/// A step that is played: somebody is the network, and decides which of all that can happen happens next.
public struct Game {
    /// Whose world it is.
    public let step: Step
    private var world: any Playable
    private var former: [any Playable] = []
    /// What is wrong since the last move; nil while nothing is.
    public private(set) var finding: String?

    /// A world in which nothing has happened.
    public init(_ step: Step) {
        self.step = step
        world = Self.begin(step.node, step.plan)
    }

    private static func begin<Node: StepNode>(_ node: Node.Type, _ plan: StepPlan) -> any Playable {
        Chronicle<Node>(plan)
    }

    /// What can happen now, in words.
    public var choices: [String] { world.choices }

    /// What happened until now.
    public var run: Run { world.run }

    /// Lets something happen.
    /// - Parameter choice: Its place among ``choices``.
    public mutating func choose(_ choice: Int) {
        former.append(world)
        finding = world.choose(choice)
    }

    /// Takes the last move back.
    /// - Returns: Whether there was one.
    public mutating func undo() -> Bool {
        guard let last = former.popLast() else { return false }
        world = last
        finding = nil
        return true
    }

    /// The shortest way from here to something wrong.
    /// - Returns: How many moves it takes, and the first of them by its place among ``choices``; nil when nothing that can
    ///   happen from here is wrong.
    public func shortest(progress: (Int) -> Void = { _ in }) -> (moves: Int, first: Int)? { world.shortest(progress) }
}

/// A world of some step that can be played.
private protocol Playable {
    var choices: [String] { get }
    var run: Run { get }
    mutating func choose(_ choice: Int) -> String?
    func shortest(_ progress: (Int) -> Void) -> (moves: Int, first: Int)?
}

extension Chronicle: Playable {
    var choices: [String] {
        world.actions().map { action in
            guard case .arrives(let message) = action else { return text(of: action) }
            return "\(message.sender) -> \(message.receiver)  \(message)"
        }
    }

    mutating func choose(_ choice: Int) -> String? { happen(world.actions()[choice]) }

    func shortest(_ progress: (Int) -> Void) -> (moves: Int, first: Int)? {
        let numbering = StepNumbering(world)
        guard let found = Search(from: numbering.code(), progress: progress).counterexample,
            let first = found.actions.first, let place = world.actions().firstIndex(of: numbering.action(first))
        else { return nil }
        return (found.actions.count, place)
    }
}

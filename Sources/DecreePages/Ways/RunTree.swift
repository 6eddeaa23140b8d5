/// All that could have happened besides what did: a run that can be gone through anew from its beginning, along other branches.
///
/// Equal ways give equal runs. Whoever implements it runs the code that is shown: nothing here is played back.
public protocol RunTree: Sendable {
    /// The run along a way, told for a page, with the way in it.
    /// - Throws: Why there is no such run.
    func run(along way: Way) throws(WayProblem) -> RecordedRun

    /// What can happen behind a step of the run along a way, as it does and otherwise.
    /// - Parameter step: How many steps are gone before; 0 is the beginning.
    /// - Throws: Why nobody can say.
    func branches(behind step: Int, along way: Way) throws(WayProblem) -> [Branch]
}

/// Something that can happen next.
public struct Branch: Hashable, Sendable {
    /// What is alike stands together.
    public enum Group: String, Hashable, Sendable, CaseIterable {
        /// A message arrives.
        case arrival
        /// A client wants something.
        case client
        /// A disk is done.
        case disk
        /// A message gets lost.
        case loss
        /// A node fails or comes back, or a link is cut.
        case fault
    }

    /// Among what it stands.
    public let group: Group
    /// What would happen, in a few words.
    public let text: String
    /// The run goes on so by itself.
    public let isTaken: Bool

    /// - Parameters:
    ///   - group: Among what it stands.
    ///   - text: What would happen, in a few words.
    ///   - isTaken: The run goes on so by itself.
    public init(_ group: Group, _ text: String, isTaken: Bool = false) {
        self.group = group
        self.text = text
        self.isTaken = isTaken
    }
}

/// Why a way cannot be gone.
public enum WayProblem: Error, Hashable, Sendable {
    /// The run has fewer steps.
    case noStep(Int, of: Int)
    /// Fewer things can happen there.
    case noBranch(Int, of: Int, step: Int)
    /// To go there again would take too long.
    case tooFar(step: Int, limit: Int)
}

extension WayProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noStep(let step, let count): "there is no step \(step): the run has \(count)"
        case .noBranch(let branch, let count, let step):
            "behind step \(step) there is no branch \(branch): \(count) things can happen there, counted from 0"
        case .tooFar(let step, let limit):
            "step \(step) is too far from the beginning: every way is gone anew from there, and at most \(limit) steps"
        }
    }
}

/// Where the run of a page was taken another way, so that the page can take it still other ways.
public struct RecordedWay: Hashable, Sendable {
    /// The way.
    public let way: Way
    /// What was taken at each of its turns, in words.
    public let words: [String]
    /// How many steps lie before each of its turns, those included that came of the one before it at once.
    public let places: [Int]
    /// How many steps lie before the first that is shown.
    public let before: Int

    /// - Parameters:
    ///   - way: The way.
    ///   - words: What was taken at each of its turns.
    ///   - places: How many steps lie before each of its turns.
    ///   - before: How many steps lie before the first that is shown.
    public init(_ way: Way, words: [String], places: [Int], before: Int = 0) {
        self.way = way
        self.words = words
        self.places = places
        self.before = before
    }
}

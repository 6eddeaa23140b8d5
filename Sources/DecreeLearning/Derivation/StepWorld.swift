/// What a proposal is to give.
public enum Property: String, Hashable, Sendable {
    /// No two nodes decide different values.
    case agreement
    /// Where a majority of the nodes lives and all messages among them have arrived, none of them waits in vain.
    case progress
}

/// What may happen to the nodes of a step, and what is asked of them.
struct StepPlan: Hashable {
    let property: Property
    var nodes = 3
    /// Whose clients want a value, each another one.
    var proposers: [Int]
    /// How many nodes die, at any moment and for good.
    var deaths = 0
}

/// What can happen in the world of a step.
enum StepAction: Hashable, CustomStringConvertible {
    case proposes(UInt8)
    case arrives(Letter)
    case dies(UInt8)

    var description: String {
        switch self {
        case .proposes(let place): "node \(place) wants \(Wish(rawValue: place) ?? .a)"
        case .arrives(let letter): "\(letter.from) -> \(letter.to)  \(letter.word) \(letter.wish)"
        case .dies(let place): "node \(place) dies"
        }
    }
}

/// The nodes of a step in a world where each message arrives, at any time, and nodes die.
///
/// No message is lost: what breaks here breaks on a perfect network.
struct StepWorld<Node: StepNode>: Explorable {
    typealias Action = StepAction

    private let plan: StepPlan
    private(set) var nodes: [Node]
    /// Ascending, each once: what arrives twice tells nothing new.
    private var mail: [Letter] = []
    private var dead: UInt8 = 0
    private var proposed: UInt8 = 0

    init(_ plan: StepPlan) {
        self.plan = plan
        nodes = (0..<plan.nodes).map { Node(place: $0, count: plan.nodes) }
    }

    private func isAlive(_ place: Int) -> Bool { dead & (1 << UInt8(place)) == 0 }

    func actions() -> [Action] {
        var actions = mail.map { Action.arrives($0) }
        for place in plan.proposers where isAlive(place) && proposed & (1 << UInt8(place)) == 0 {
            actions.append(.proposes(UInt8(place)))
        }
        guard dead.nonzeroBitCount < plan.deaths else { return actions }
        return actions + nodes.indices.filter(isAlive).map { .dies(UInt8($0)) }
    }

    mutating func perform(_ action: Action) -> String? {
        var sent: [Letter] = []
        switch action {
        case .proposes(let place):
            proposed |= 1 << place
            nodes[Int(place)].propose(Wish(rawValue: place) ?? .a, &sent)
        case .arrives(let letter):
            mail.removeAll { $0 == letter }
            nodes[Int(letter.to)].receive(letter, &sent)
        case .dies(let place):
            dead |= 1 << place
            mail.removeAll { $0.to == place }
        }
        for letter in sent where isAlive(Int(letter.to)) { post(letter) }
        return plan.property == .agreement ? disagreement : standstill
    }

    private mutating func post(_ letter: Letter) {
        let place = mail.firstIndex { $0 >= letter } ?? mail.count
        if place < mail.count, mail[place] == letter { return }
        mail.insert(letter, at: place)
    }

    private var disagreement: String? {
        let decided = Set(nodes.compactMap(\.decided)).sorted { $0.rawValue < $1.rawValue }
        guard decided.count > 1 else { return nil }
        return "agreement: \(decided.map(\.description).joined(separator: " and ")) are decided"
    }

    /// Nothing but a further death could happen, and somebody who lives waits.
    private var standstill: String? {
        let isQuiet = mail.isEmpty && plan.proposers.allSatisfy { !isAlive($0) || proposed & (1 << UInt8($0)) != 0 }
        let living = nodes.indices.filter(isAlive)
        guard isQuiet, living.count > nodes.count / 2 else { return nil }
        guard let waiting = living.first(where: { nodes[$0].isWaiting }) else { return nil }
        return "progress: node \(waiting) waits for ever, although \(living.count) of \(nodes.count) nodes live"
    }
}

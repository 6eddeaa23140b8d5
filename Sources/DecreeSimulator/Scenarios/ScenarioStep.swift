import DecreeWire
import PaxosBase
import PaxosLog

/// A step of a scenario. Nodes are called n1, n2 and so on, times are in milliseconds.
enum ScenarioStep {
    /// `nodes 3` or `nodes 3 resident=0`: how many there are, and with which settings. The first step.
    case nodes(Int, Replica.Settings)
    /// `disk n1 learned 1..3; accepted 4=x b1.n2; chosen 3; promised b1.n2`: what lies on a disk before the node starts.
    case disk(NodeID, [Record])
    /// `start` or `start n1 n2`: all nodes that are down, or these.
    case start([NodeID])
    /// `elect n1`: time passes for this node alone until it leads.
    case elect(NodeID)
    /// `run 100`: time passes.
    case run(milliseconds: UInt64)
    /// `settle`: time passes until network and disks are quiet.
    case settle
    /// `propose n1 x y`: commands of clients.
    case propose(NodeID, [String])
    /// `read n1`: a client asks for a linearizable read.
    case read(NodeID)
    /// `cut n1 n2`, `cut n1 -> n2`, `cut n1` (from all others): what is sent there is lost from now on.
    case cut(ScenarioLinks)
    /// `lose accept n1 -> n2`, `lose accept`: messages of this kind are lost from now on.
    case lose(MessageKind, ScenarioLinks)
    /// `hold accept n1 -> n2`, `hold accept`: messages of this kind wait.
    case hold(MessageKind, ScenarioLinks)
    /// `deliver`: what was held goes on, and nothing is held any more.
    case deliver
    /// `heal`: nothing is cut or lost any more.
    case heal
    /// `repeat forward`: the last message of this kind that arrived comes once more.
    case again(MessageKind)
    /// `stall n1`: its disk does not end what it begins; `resume n1`: it does again.
    case stall(NodeID)
    case resume(NodeID)
    /// `crash n1`: what is not synced is lost; `crash n1 torn`: but for the first sector of it.
    case crash(NodeID, isTorn: Bool)
    /// `snapshot n1`: of what the node has applied.
    case snapshot(NodeID)
    /// `suspect n2 n1`: n2's connection to n1 was reset.
    case suspect(NodeID, NodeID)
    /// `handover n1`: the node is asked to leave its lead to another.
    case handOver(NodeID)
    /// `heartbeats`: from now on they are shown.
    case showHeartbeats
    /// `state` or `state n1`: how the nodes stand.
    case state([NodeID])
}

extension ScenarioStep {
    /// What happens by it shows that it was carried out only where somebody says so: on a page it is a step of its own.
    var isTold: Bool {
        switch self {
        case .propose, .read, .cut, .lose, .hold, .deliver, .heal, .again, .stall, .resume, .snapshot, .suspect,
            .handOver:
            true
        case .nodes, .disk, .start, .elect, .run, .settle, .crash, .showHeartbeats, .state: false
        }
    }
}

/// The links that a step is about.
struct ScenarioLinks {
    /// Nil: any.
    var from: NodeID?
    var to: NodeID?
    /// The way back too.
    var isBothWays = false

    func contains(_ sender: NodeID, _ receiver: NodeID) -> Bool {
        matches(sender, receiver) || (isBothWays && matches(receiver, sender))
    }

    private func matches(_ sender: NodeID, _ receiver: NodeID) -> Bool {
        (from ?? sender) == sender && (to ?? receiver) == receiver
    }
}

extension ScenarioStep {
    /// Reads a step, without the `>`; `quietly` before it keeps what happens to itself.
    static func read(_ text: Substring) throws(ScenarioProblem) -> (step: ScenarioStep, isQuiet: Bool) {
        var words = text.split(separator: " ")[...]
        let isQuiet = words.first == "quietly"
        if isQuiet { words.removeFirst() }
        guard let name = words.popFirst() else { throw ScenarioProblem("a step is missing") }
        return (try read(name, words), isQuiet)
    }

    private static func read(
        _ name: Substring, _ words: ArraySlice<Substring>
    ) throws(ScenarioProblem) -> ScenarioStep {
        switch name {
        case "nodes": return try readNodes(words)
        case "disk": return .disk(try node(words.first), try readRecords(words.dropFirst()))
        case "start": return .start(try nodes(words))
        case "elect": return .elect(try node(words.first))
        case "run": return .run(milliseconds: try number(words.first))
        case "settle": return .settle
        case "propose": return .propose(try node(words.first), words.dropFirst().map(String.init))
        case "read": return .read(try node(words.first))
        case "cut": return .cut(try readLinks(words))
        case "lose": return .lose(try kind(words.first), try readLinks(words.dropFirst()))
        case "hold": return .hold(try kind(words.first), try readLinks(words.dropFirst()))
        case "deliver": return .deliver
        case "heal": return .heal
        case "repeat": return .again(try kind(words.first))
        case "stall": return .stall(try node(words.first))
        case "resume": return .resume(try node(words.first))
        case "crash": return .crash(try node(words.first), isTorn: words.dropFirst().first == "torn")
        case "snapshot": return .snapshot(try node(words.first))
        case "suspect": return .suspect(try node(words.first), try node(words.dropFirst().first))
        case "handover": return .handOver(try node(words.first))
        case "heartbeats": return .showHeartbeats
        case "state": return .state(try nodes(words))
        default: throw ScenarioProblem("there is no step '\(name)'")
        }
    }

    private static func readNodes(_ words: ArraySlice<Substring>) throws(ScenarioProblem) -> ScenarioStep {
        let count = try number(words.first)
        guard (1...9).contains(count) else { throw ScenarioProblem("a scenario has 1 to 9 nodes") }
        var settings = Replica.Settings()
        for word in words.dropFirst() {
            let parts = word.split(separator: "=")
            guard parts.count == 2 else { throw ScenarioProblem("a setting reads name=number: \(word)") }
            let value = try number(parts[1])
            switch parts[0] {
            case "resident": settings.maximumResidentBytes = Int(value)
            case "inflight": settings.maximumInFlight = Int(value)
            case "timeout": settings.electionTimeout = .milliseconds(value)
            default: throw ScenarioProblem("there is no setting '\(parts[0])'")
            }
        }
        return .nodes(Int(count), settings)
    }

    private static func readLinks(_ words: ArraySlice<Substring>) throws(ScenarioProblem) -> ScenarioLinks {
        let words = Array(words)
        switch words.count {
        case 0: return ScenarioLinks()
        case 1: return ScenarioLinks(from: try node(words[0]), isBothWays: true)
        case 2: return ScenarioLinks(from: try node(words[0]), to: try node(words[1]), isBothWays: true)
        case 3 where words[1] == "->": return ScenarioLinks(from: try node(words[0]), to: try node(words[2]))
        default: throw ScenarioProblem("links read 'n1', 'n1 n2' or 'n1 -> n2'")
        }
    }

    static func number(_ word: Substring?) throws(ScenarioProblem) -> UInt64 {
        guard let word, let number = UInt64(word) else { throw ScenarioProblem("a number is missing") }
        return number
    }

    static func node(_ word: Substring?) throws(ScenarioProblem) -> NodeID {
        guard let word, word.first == "n", let number = UInt64(word.dropFirst()), number > 0 else {
            throw ScenarioProblem("a node is missing, such as n1")
        }
        return NodeID(number)
    }

    private static func nodes(_ words: ArraySlice<Substring>) throws(ScenarioProblem) -> [NodeID] {
        var nodes: [NodeID] = []
        for word in words { nodes.append(try node(word)) }
        return nodes
    }

    private static func kind(_ word: Substring?) throws(ScenarioProblem) -> MessageKind {
        guard let word, let kind = MessageKind.allCases.first(where: { "\($0)" == word }) else {
            throw ScenarioProblem("a kind of message is missing, such as accept")
        }
        return kind
    }
}

// What lies on a disk.
extension ScenarioStep {
    private static func readRecords(_ words: ArraySlice<Substring>) throws(ScenarioProblem) -> [Record] {
        var records: [Record] = []
        for part in words.joined(separator: " ").split(separator: ";") {
            records += try readRecord(part.split(separator: " "))
        }
        return records
    }

    private static func readRecord(_ words: [Substring]) throws(ScenarioProblem) -> [Record] {
        guard words.count >= 2 else { throw ScenarioProblem("a record has a kind and a content") }
        switch words[0] {
        case "incarnation": return [.incarnation(Incarnation(try number(words[1])))]
        case "promised": return [.promised(try ballot(words[1]))]
        case "chosen": return [.chosen(through: Slot(try number(words[1])))]
        case "learned": return try entries(words[1]).map { .learned($0.slot, $0.entry) }
        case "accepted":
            let ballot = try ballot(words.count > 2 ? words[2] : nil)
            return try entries(words[1]).map { .accepted($0.slot, ballot, $0.entry) }
        default: throw ScenarioProblem("there is no record '\(words[0])'")
        }
    }

    /// `b2.n1`.
    private static func ballot(_ word: Substring?) throws(ScenarioProblem) -> Ballot {
        let parts = word?.dropFirst().split(separator: ".") ?? []
        guard word?.first == "b", parts.count == 2 else { throw ScenarioProblem("a ballot is missing, such as b1.n2") }
        return Ballot(
            configuration: ConfigurationNumber(1), round: try number(parts[0]), node: try node(parts[1]))
    }

    /// `4=x`, or `1..3`, which stands for 1=v1 to 3=v3. Commands of a node that is not there any more.
    private static func entries(_ word: Substring) throws(ScenarioProblem) -> [(slot: Slot, entry: Entry)] {
        if let equals = word.firstIndex(of: "=") {
            let slot = try number(word[..<equals])
            return [(Slot(slot), entry(slot, String(word[word.index(after: equals)...])))]
        }
        let ends = word.split(separator: ".")
        let (first, last) = (try number(ends.first), try number(ends.last))
        guard first > 0, first <= last else { throw ScenarioProblem("slots read 4=x or 1..3") }
        return (first...last).map { (Slot($0), entry($0, "v\($0)")) }
    }

    private static func entry(_ slot: UInt64, _ text: String) -> Entry {
        let origin = Origin(node: NodeID(9), incarnation: Incarnation(1), sequence: slot)
        return .command(Command(origin: origin, payload: Payload(text.utf8)))
    }
}

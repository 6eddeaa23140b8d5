import DecreeNode
import PaxosBase
import PaxosLog

/// What stands between the clients of a port and its node: a server's services, say, which ask the node for what clients want
/// and tell them what came of it. There is one for each port in each life of a node, and it goes down with it.
///
/// What clients are told is judged as they are told it: an operation that failed for certain must not have taken effect,
/// and every call ends once, in time.
public protocol ClientFront<Machine, Operation>: AnyObject {
    associatedtype Machine: StateMachine
    associatedtype Operation

    /// Takes what happened and says what follows from it.
    /// - Parameter now: By the node's clock.
    func step(
        _ event: FrontEvent<Machine, Operation>, at now: Instant, into effects: inout FrontEffects<Machine>)

    /// When it wants a turn though nothing has happened.
    var nextDeadline: Instant? { get }
}

/// What happens at a front. Calls have numbers that no others have.
public enum FrontEvent<Machine: StateMachine, Operation> {
    /// A client wants something done.
    case called(Int, Operation)
    /// The client of a call has gone: nobody is to be told anything any more.
    case cancelled(Int)
    /// A turn begins: so the node stands.
    case nodeStands(LoopStatus)
    /// What the node completed for this port since the last turn.
    case completed([NodeCompletion<Machine>])
    /// A turn ends: deadlines that have come are looked at, and what was gathered goes to the node.
    case turnEnded
    /// The node was asked to stop; calls that are under way go on to their end.
    case stopping
    /// The run is over, and nothing was wrong with the world for so long.
    case judged(healedFor: TimeSpan)
}

/// What a front wants done.
public struct FrontEffects<Machine: StateMachine> {
    /// For the node, in this order, each with the call that it is for; nil: the front asks for itself.
    private(set) var requests: [(request: NodeRequest<Machine>, call: Int?)] = []
    /// Queries that the node is to give up, by their tokens.
    private(set) var stopped: [UInt64] = []
    /// What the clients of calls are told.
    private(set) var outcomes: [(call: Int, outcome: ToldOutcome<Machine>)] = []
    /// What the front's own checks found.
    private(set) var finding: String?
    /// Asked behind every event: the arrays' types would have to be looked up for it.
    private(set) var isEmpty = true

    public init() {}

    /// Asks something of the node.
    /// - Parameter call: What it is for; nil: the front asks for itself.
    public mutating func ask(_ request: NodeRequest<Machine>, for call: Int?) {
        requests.append((request, call))
        isEmpty = false
    }

    /// The node is to give up queries.
    /// - Parameter queries: Their tokens.
    public mutating func stop(_ queries: [UInt64]) {
        if queries.isEmpty { return }
        stopped += queries
        isEmpty = false
    }

    /// The client of a call is told what came of it.
    public mutating func tell(_ outcome: ToldOutcome<Machine>, to call: Int) {
        outcomes.append((call, outcome))
        isEmpty = false
    }

    /// A check of the front's own found something.
    public mutating func report(_ finding: String?) {
        guard let finding else { return }
        self.finding = self.finding ?? finding
        isEmpty = false
    }

    /// What is to be done; afterwards nothing is.
    mutating func take() -> FrontEffects {
        let taken = self
        self = FrontEffects()
        return taken
    }
}

/// What the client of a call is told.
public enum ToldOutcome<Machine: StateMachine> {
    case output(Machine.Output)
    case answer(Machine.Answer, isLinearizable: Bool)
    /// It failed for certain: it has not taken effect and never will.
    case refused
    /// Nobody could say what became of it.
    case unknown
}

/// Of workloads whose clients talk to the node themselves.
public final class NoFront<Machine: StateMachine, Operation>: ClientFront {
    public func step(
        _ event: FrontEvent<Machine, Operation>, at now: Instant, into effects: inout FrontEffects<Machine>
    ) {}

    public var nextDeadline: Instant? { nil }
}

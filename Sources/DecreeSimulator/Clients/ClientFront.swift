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
    public var requests: [(request: NodeRequest<Machine>, call: Int?)] = []
    /// Queries that the node is to give up, by their tokens.
    public var stopped: [UInt64] = []
    /// What the clients of calls are told.
    public var outcomes: [(call: Int, outcome: ToldOutcome<Machine>)] = []
    /// What the front's own checks found.
    public var finding: String?

    public init() {}

    var isEmpty: Bool { outcomes.isEmpty && requests.isEmpty && stopped.isEmpty && finding == nil }

    mutating func removeAll() {
        requests.removeAll(keepingCapacity: true)
        stopped.removeAll(keepingCapacity: true)
        outcomes.removeAll(keepingCapacity: true)
        finding = nil
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

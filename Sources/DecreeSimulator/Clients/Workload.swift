import PaxosBase
import PaxosLog

/// What clients do to a state machine, and how to tell whether what they saw was right.
///
/// Give your own machine a workload and the simulator runs it over the real log and journal under faults:
/// ``RegisterWorkload`` is a complete example.
public protocol Workload {
    /// What the machine pushes is compared with what every command pushes that is applied alone.
    associatedtype Machine: StateMachine where Machine.Push: Equatable
    /// What a client can do: a command or a question.
    associatedtype Operation
    associatedtype Model: SequentialModel
    where Model.Operation == Operation, Model.Output == Machine.Output, Model.Answer == Machine.Answer
    /// What stands between clients and nodes.
    associatedtype Front: ClientFront<Machine, Operation> = NoFront<Machine, Operation>

    /// Draws what is particular to one run: how many keys, which mix of operations.
    init(choices: inout Choices)

    func makeMachine() -> Machine

    /// A model in the machine's initial state.
    func makeModel() -> Model

    /// The next operation of `client`, which waits for no other. The payloads of no two commands may be equal: by its
    /// payload a command is found again in the log when nobody told its client what became of it.
    mutating func nextOperation(client: Int, choices: inout Choices) -> Operation

    /// A linearizable question after everything, asked at the end of a run.
    func finalQuestion() -> Operation

    /// What has to be sent for `operation` to a node itself.
    func request(for operation: Operation) -> ClientRequest<Machine.Query>

    /// What the clients of a port of `node` talk to; nil when they talk to the node itself, at all ports alike.
    func makeFront(of node: NodeID, choices: Choices) -> Front?

    /// A client was told this: what it does next may depend on it.
    mutating func saw(_ output: Machine.Output, of operation: Operation)
    mutating func saw(_ answer: Machine.Answer, to operation: Operation)

    /// What a command is that the machine wanted by itself (``StateMachine/dueCommands(at:limit:)``).
    /// - Returns: Nil for a command of clients.
    func ownOperation(_ payload: Payload) -> Operation?

    /// What no run shows, because the machine does nothing of the kind.
    static var unseen: [Sight] { get }
}

extension Workload {
    public mutating func saw(_ output: Machine.Output, of operation: Operation) {}
    public mutating func saw(_ answer: Machine.Answer, to operation: Operation) {}
    public func ownOperation(_ payload: Payload) -> Operation? { nil }
    public func makeFront(of node: NodeID, choices: Choices) -> Front? { nil }
    public static var unseen: [Sight] { [] }
}

/// A machine into which the simulator can plant a bug.
package protocol FlawedMachine {
    var flaws: Set<Flaw> { get set }
}

/// How an operation reaches a replica.
public enum ClientRequest<Query> {
    /// Goes through the log.
    case command(Payload)
    /// Waits for a read barrier.
    case linearizableRead(Query)
    /// Is answered from what the replica happens to have applied.
    case serializableRead(Query)
}

/// The machine once more, as plain as can be, to replay histories on: it shares no code with the real one.
///
/// Its position counts the states that it went through. An output or answer of the real machine says at which position
/// it was given; that is the order which the history claims.
public protocol SequentialModel {
    associatedtype Operation
    associatedtype Output
    associatedtype Answer

    /// Grows with every command that changes the state, and with no other.
    var position: UInt64 { get }

    /// Grows with every command that changes what may be asked without moving the position.
    var subposition: UInt64 { get }

    /// Performs a command.
    /// - Parameters:
    ///   - operation: The command.
    ///   - output: What the real machine answered; nil when nobody knows.
    /// - Returns: How `output` differs from what it should be; nil when it does not.
    mutating func perform(_ operation: Operation, output: Output?) -> String?

    /// The same for a machine that knows of time: `time` is that of the log at the command.
    mutating func perform(_ operation: Operation, at time: LogTime, output: Output?) -> String?

    /// Compares the answer to a question with the state as it is.
    /// - Returns: How `answer` differs from what it should be; nil when it does not.
    func check(_ operation: Operation, answer: Answer) -> String?

    /// The same without the words: asked of every question, often of several states.
    /// - Returns: Whether ``check(_:answer:)`` finds nothing.
    func fits(_ operation: Operation, answer: Answer) -> Bool

    /// The position that `output` claims: the state right behind the command; nil when it does not say.
    static func position(of output: Output) -> UInt64?

    /// The position that `answer` claims; nil when it does not say.
    static func position(of answer: Answer) -> UInt64?
}

extension SequentialModel {
    public var subposition: UInt64 { 0 }

    public func fits(_ operation: Operation, answer: Answer) -> Bool { check(operation, answer: answer) == nil }

    public mutating func perform(_ operation: Operation, at time: LogTime, output: Output?) -> String? {
        perform(operation, output: output)
    }
}

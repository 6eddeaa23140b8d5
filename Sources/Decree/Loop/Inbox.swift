import DecreeNode
import NIOCore
import PaxosBase
import PaxosLog
import Synchronization

/// What other threads hand to a node's event loop: taken all at once, with one wake-up however much there is.
///
/// A producer that finds a turn asked for already only appends. The turn takes everything under the same lock under
/// which it says that none is asked for any more, so nothing is left behind.
final class Inbox<Machine: StateMachine & SendableMetatype>: Sendable {
    struct Contents: Sendable {
        var requests: [(port: PortState<Machine>, requests: [Node<Machine>.Request])] = []
        /// Everything up to this write is durable.
        var written: WriteID?
        /// Pushes that subscribers are done with.
        var drained: [(port: PortState<Machine>, amount: PushAmount)] = []
        /// What is rare, in order.
        var notices: [Notice<Machine>] = []
    }

    private struct State {
        var contents = Contents()
        var isTurnAskedFor = false
        /// Called on the event loop; nil before the node runs.
        var turn: (@Sendable () -> Void)?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let loop: any EventLoop

    init(loop: any EventLoop) { self.loop = loop }

    /// Sets who takes what is handed over, called on the event loop.
    func attach(_ turn: @escaping @Sendable () -> Void) {
        let mustWake = state.withLock { state in
            state.turn = turn
            return state.isTurnAskedFor
        }
        if mustWake { loop.execute(turn) }
    }

    /// Nobody takes anything any more: later requests fail at once.
    /// - Returns: What nobody had taken.
    func close() -> Contents {
        state.withLock { state in
            state.isClosed = true
            state.turn = nil
            var rest = Contents()
            swap(&rest, &state.contents)
            return rest
        }
    }

    func post(_ requests: [Node<Machine>.Request], from port: PortState<Machine>) {
        let isTaken = ask { $0.requests.append((port, requests)) }
        if !isTaken { port.deliver(requests.map { .failed(token: $0.token, .stopped) }) }
    }

    func post(_ notice: Notice<Machine>) { ask { $0.notices.append(notice) } }

    func post(_ event: NodeEvent) { post(.event(event)) }

    func post(written write: WriteID) { ask { $0.written = max($0.written ?? .zero, write) } }

    /// Needs no turn: it counts when the next pushes leave.
    func post(drained amount: PushAmount, by port: PortState<Machine>) {
        state.withLock { if !$0.isClosed { $0.contents.drained.append((port, amount)) } }
    }

    /// Somebody wants pushes: a node that has ended has none.
    func post(subscription port: PortState<Machine>) {
        let isTaken = ask { $0.notices.append(.subscribe(port)) }
        if !isTaken { port.pushed(.ended(.stopped)) }
    }

    /// Asks for a turn without handing anything over.
    func askForTurn() { ask { _ in } }

    /// - Returns: Whether somebody will take it.
    @inline(__always)
    @discardableResult
    private func ask(_ change: (inout Contents) -> Void) -> Bool {
        let (isTaken, turn) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            guard !state.isClosed else { return (false, nil) }
            change(&state.contents)
            defer { state.isTurnAskedFor = true }
            return (true, state.isTurnAskedFor ? nil : state.turn)
        }
        if let turn { loop.execute(turn) }
        return isTaken
    }

    /// Takes everything; who comes later asks for another turn.
    func take() -> Contents {
        state.withLock { state in
            state.isTurnAskedFor = false
            var taken = Contents()
            swap(&taken, &state.contents)
            return taken
        }
    }
}

/// What reaches a node now and then.
enum Notice<Machine: StateMachine & SendableMetatype>: Sendable {
    case cancel(PortState<Machine>, token: UInt64)
    case closePort(PortState<Machine>)
    case subscribe(PortState<Machine>)
    case unsubscribe(PortState<Machine>)
    case event(NodeEvent)
    /// What a peer asked for cannot be read back.
    case loadFailed(String, for: NodeID)
    case snapshotFileEnded(Result<WrittenFile, SnapshotFailure>)
}

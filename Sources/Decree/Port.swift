import PaxosBase
import PaxosLog

extension Node {
    /// What a port asks of its node. Tokens are the caller's, unique among its unfinished requests.
    public enum Request: Sendable {
        /// To be chosen, applied and answered with the machine's output.
        case command(Payload, token: UInt64)
        /// To be answered from the state: after a barrier with a quorum if `linearizable`, else from what is applied here.
        case query(Machine.Query, linearizable: Bool, token: UInt64)
    }

    /// How a request ended. Each ends exactly once, unless it was cancelled.
    public enum Completion: Sendable {
        case output(token: UInt64, Machine.Output)
        case answer(token: UInt64, Machine.Answer)
        case failed(token: UInt64, RequestFailure)
    }

    /// A client of the node in the same process: an event loop of a server, or one connection.
    ///
    /// Requests go in whole batches, completions come back in whole batches, so that neither side pays for a lock or a
    /// wake-up per request.
    public final class Port: Sendable {
        let state: PortState<Machine>
        private let inbox: Inbox<Machine>

        init(state: PortState<Machine>, inbox: Inbox<Machine>) {
            self.state = state
            self.inbox = inbox
        }

        /// Hands requests over: one lock, and at most one wake-up. From any thread.
        public func submit(_ requests: [Request]) {
            guard !requests.isEmpty else { return }
            inbox.post(requests, from: state)
        }

        public func submit(_ request: Request) { submit([request]) }

        /// Gives a request up. A query ends without a completion, unless that is under way already, and lets go of what it
        /// pinned. A command that the log has taken goes its way, and its completion comes.
        public func cancel(token: UInt64) { inbox.post(.cancel(state, token: token)) }

        /// Gives up all that waits. No completion comes after it, but for what is under way already.
        public func close() { inbox.post(.closePort(state)) }
    }
}

/// The node's side of a port, as far as it does not depend on the machine: so that tables of waiting commands are plain
/// code, not generic code that asks for the machine's types at every step.
class PortBase: @unchecked Sendable {
    var isOpen = true
}

/// The node's side of a port. Everything but ``deliver`` belongs to the node's event loop.
final class PortState<Machine: StateMachine & SendableMetatype>: PortBase, @unchecked Sendable {
    let deliver: @Sendable ([Node<Machine>.Completion]) -> Void
    /// What the turn under way completed.
    var completions: [Node<Machine>.Completion] = []

    init(deliver: @escaping @Sendable ([Node<Machine>.Completion]) -> Void) { self.deliver = deliver }
}

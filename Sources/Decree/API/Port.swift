import DecreeNode
import PaxosBase
import PaxosLog

extension Node {
    /// What a port asks: a command or a query, under a token of the caller's.
    public typealias Request = NodeRequest<Machine>
    /// How a request ended.
    public typealias Completion = NodeCompletion<Machine>

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

        /// Hands one request over.
        public func submit(_ request: Request) { submit([request]) }

        /// Gives a request up. A query ends without a completion, unless that is under way already, and lets go of what it
        /// pinned. A command that the log has taken goes its way, and its completion comes.
        public func cancel(token: UInt64) { inbox.post(.cancel(state, token: token)) }

        /// Gives up all that waits. No completion comes after it, but for what is under way already.
        public func close() { inbox.post(.closePort(state)) }
    }
}

/// The node's side of a port. Everything but ``deliver`` belongs to the node's event loop.
final class PortState<Machine: StateMachine & SendableMetatype>: @unchecked Sendable {
    let deliver: @Sendable ([Node<Machine>.Completion]) -> Void
    /// Under which the node core knows it, from its first requests on.
    var id: PortID?
    var isOpen = true

    init(deliver: @escaping @Sendable ([Node<Machine>.Completion]) -> Void) { self.deliver = deliver }
}

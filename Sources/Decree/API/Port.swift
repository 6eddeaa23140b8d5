import DecreeNode
import PaxosBase
import PaxosLog

extension Node {
    /// What a port asks: a command or a query, under a token of the caller's.
    public typealias Request = NodeRequest<Machine>
    /// How a request ended.
    public typealias Completion = NodeCompletion<Machine>
    /// What the machine pushed in a turn, for a port that subscribes.
    public typealias Pushed = PushBatch<Machine>

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

        /// From now on the port is told what the machine pushes (``PaxosLog/StateMachine/takePushes(into:)``): of every
        /// command that this node applies after it has heard of this, and so of every command that is submitted on this
        /// node behind this call. Nothing is missing and nothing comes twice until a batch says that the subscription
        /// ended (``DecreeNode/PushBatch/end``); then this may be called again. From any thread.
        ///
        /// All pushes that an output or an answer shows come before it. So a subscriber that begins with the state of the
        /// machine subscribes first and asks then: what the answer does not show comes behind it. (A query of several
        /// steps is answered from the state of its first one: what comes before its answer may be newer than that.)
        public func subscribe() { inbox.post(subscription: state) }

        /// The port is told nothing more, but for what is under way already.
        public func unsubscribe() { inbox.post(.unsubscribe(state)) }

        /// The subscriber is done with a batch of pushes. Has to be said of each: a port that holds more than it may
        /// (`NodeLimits.maximumPushes` and `maximumPushBytes`) loses its subscription.
        public func drained(_ batch: Pushed) {
            if batch.amount.count > 0 { inbox.post(drained: batch.amount, by: state) }
        }

        /// Gives up all that waits. No completion comes after it, but for what is under way already.
        public func close() { inbox.post(.closePort(state)) }
    }
}

/// The node's side of a port. Everything but what it is called with belongs to the node's event loop.
final class PortState<Machine: StateMachine & SendableMetatype>: @unchecked Sendable {
    let deliver: @Sendable ([Node<Machine>.Completion]) -> Void
    let pushed: @Sendable (Node<Machine>.Pushed) -> Void
    /// Under which the node core knows it, from its first requests on.
    var id: PortID?
    var isOpen = true

    init(
        deliver: @escaping @Sendable ([Node<Machine>.Completion]) -> Void,
        pushed: @escaping @Sendable (Node<Machine>.Pushed) -> Void
    ) {
        self.deliver = deliver
        self.pushed = pushed
    }

    /// Hands over what a turn brought, in its order.
    func take(_ news: PortNews<Machine>) {
        if let pushes = news.pushes { pushed(pushes) }
        if !news.completions.isEmpty { deliver(news.completions) }
    }
}

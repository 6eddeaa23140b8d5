import DecreeNode
import PaxosBase
import PaxosLog
import Synchronization

extension Node {
    /// What the machine of a node pushes, one after the other (``Node/pushes()``).
    ///
    /// To be gone through once, by one task: whoever begins anew asks the node for another. The subscription ends with the last copy of the sequence and its iterators.
    public struct Pushes: AsyncSequence, Sendable {
        /// As the machine tells it.
        public typealias Element = Machine.Push
        /// Why nothing follows although the node goes on.
        public typealias Failure = PushesEnd

        private let subscriber: PushSubscriber<Machine>

        init(of node: Node) { subscriber = PushSubscriber(node) }

        /// Begins with what was pushed since the sequence was made; a second iterator begins behind the batch that the first was
        /// in, whose rest goes to nobody.
        public func makeAsyncIterator() -> Iterator { Iterator(subscriber: subscriber) }

        /// Goes through the pushes batch by batch; a batch is held until its last push was taken.
        public struct Iterator: AsyncIteratorProtocol {
            private let subscriber: PushSubscriber<Machine>
            private var batch: Node.Pushed?
            private var taken = 0
            private var end: PushesEnd?

            init(subscriber: PushSubscriber<Machine>) { self.subscriber = subscriber }

            /// The next push; nil when the node has stopped, or the task is cancelled.
            /// - Throws: ``DecreeNode/PushesEnd/lost(after:)`` when the pushes that follow are lost, `halted` when none
            ///   follow before the node is upgraded.
            public mutating func next(
                isolation actor: isolated (any Actor)? = #isolation
            ) async throws(PushesEnd) -> Machine.Push? {
                while true {
                    if let batch, taken < batch.pushes.count { return take(from: batch) }
                    // One that only tells that nothing follows.
                    if let done = batch.take() { finish(done) }
                    if end == .stopped { return nil }
                    if let end { throw end }
                    guard let next = await subscriber.next() else { return nil }
                    batch = next
                }
            }

            /// The same on no actor.
            public mutating func next() async throws(PushesEnd) -> Machine.Push? { try await next(isolation: nil) }

            private mutating func take(from batch: Node.Pushed) -> Machine.Push {
                taken += 1
                let push = batch.pushes[taken - 1]
                if taken == batch.pushes.count {
                    self.batch = nil
                    finish(batch)
                }
                return push
            }

            private mutating func finish(_ batch: Node.Pushed) {
                subscriber.finish()
                taken = 0
                end = batch.end
            }
        }
    }
}

/// Holds a subscription, and what was told and not fetched. How much that may be is the node's to limit.
final class PushSubscriber<Machine: StateMachine & SendableMetatype>: Sendable {
    private let buffer = PushBuffer<Machine>()
    private let port: Node<Machine>.Port
    /// The batch that an iterator was given and is not done with.
    private let given = Mutex<Node<Machine>.Pushed?>(nil)

    init(_ node: Node<Machine>) {
        port = node.openPort(deliver: { _ in }, pushed: { [buffer] in buffer.append($0) })
        port.subscribe()
    }

    deinit { port.close() }

    /// Whoever asks for the next batch is done with the one before, also when another iterator left off in it.
    func next() async -> Node<Machine>.Pushed? {
        finish()
        let batch = await buffer.next()
        given.withLock { $0 = batch }
        return batch
    }

    /// Nobody needs the batch that was given any more.
    func finish() { if let batch = given.withLock({ $0.take() }) { port.drained(batch) } }
}

/// Between the node's loop, which appends, and the task that fetches.
final class PushBuffer<Machine: StateMachine & SendableMetatype>: Sendable {
    typealias Batch = Node<Machine>.Pushed

    private struct State {
        var batches = RingBuffer<Batch>()
        var waiting: CheckedContinuation<Batch?, Never>?
        var isCancelled = false

        /// - Returns: The next batch, if there is one; and whether the continuation waits for it.
        mutating func fetch(for continuation: CheckedContinuation<Batch?, Never>) -> (Batch?, isWaiting: Bool) {
            if isCancelled { return (nil, false) }
            if let batch = batches.popFirst() { return (batch, false) }
            invariant(waiting == nil, "one task goes through the pushes of a node, not several at once")
            waiting = continuation
            return (nil, true)
        }
    }

    private let state = Mutex(State())

    func append(_ batch: Batch) {
        let waiting = state.withLock { state in
            if state.waiting == nil { state.batches.append(batch) }
            return state.waiting.take()
        }
        waiting?.resume(returning: batch)
    }

    /// The next batch; nil when the task that asks is cancelled.
    func next() async -> Batch? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (batch, isWaiting) = state.withLock { $0.fetch(for: continuation) }
                if !isWaiting { continuation.resume(returning: batch) }
            }
        } onCancel: {
            state.withLock { state in
                state.isCancelled = true
                return state.waiting.take()
            }?.resume(returning: nil)
        }
    }
}

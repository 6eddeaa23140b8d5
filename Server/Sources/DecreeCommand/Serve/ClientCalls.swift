import DecreeEtcd
import DecreeHTTP2
import DecreeServer
import NIOCore
import PaxosBase

/// The client port's application side on one event loop: carries what happens on the loop and at the node to the services,
/// and what they answer to the sink. It decides nothing.
///
/// All that the loop's sockets held in a turn reaches the node as one batch, and all that the node completed in a turn of
/// its own comes back as one batch, answered with one write per connection.
final class ClientCalls: CallHandler {
    private let context: ServerContext
    private let loop: RPCLoop
    /// One thread uses these, and no step begins within another; see `cancelled`.
    @exclusivity(unchecked) private var services: ClientServices
    @exclusivity(unchecked) private var sink: LoopSink
    @exclusivity(unchecked) private var isStepping = false
    /// When the turn under way began; nil between turns. Clock and node are looked at once a turn.
    @exclusivity(unchecked) private var turn: Instant?
    /// Calls that went while a step was under way.
    private var gone: [CallToken] = []
    private var alarm: Scheduled<Void>?
    private var alarmTime: Instant?

    /// Made on `loop`, before the first connection.
    init(_ context: ServerContext, loop: RPCLoop) {
        self.context = context
        self.loop = loop
        let node = context.node
        let member = ServingMember(
            clusterID: node.cluster.clusterID, node: node.node, members: node.cluster.members)
        services = ClientServices(context.settings, member: member)
        sink = LoopSink(loop, context)
        let handOver = HandOver(calls: self)
        sink.port = context.node.openPort { completions in
            loop.eventLoop.execute { handOver.calls.completed(completions) }
        }
        let counting = Observer(calls: self)
        loop.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { task in
            if let calls = counting.calls { calls.noteCounters() } else { task.cancel() }
        }
    }

    /// Carries the handler, which never leaves its loop, through the node's loop.
    private struct HandOver: @unchecked Sendable {
        let calls: ClientCalls
    }

    /// The same for what must not keep the handler alive.
    private struct Observer: @unchecked Sendable {
        weak var calls: ClientCalls?
    }

    /// Shows what was counted to whoever renders metrics, on this loop or another.
    private func noteCounters() { sink.noteCounters(services) }

    // MARK: Steps

    @inline(__always)
    private func step(_ event: ServiceEvent) {
        let now = turn ?? beginTurn()
        isStepping = true
        services.step(event, at: now, into: &sink)
        isStepping = false
        if !gone.isEmpty { tellGone() }
    }

    private func beginTurn() -> Instant {
        let now = Instant(nanoseconds: NIODeadline.now().uptimeNanoseconds)
        turn = now
        step(.nodeStands(context.node.loopStatus))
        return now
    }

    private func tellGone() {
        while let call = gone.popLast() { step(.cancelled(call)) }
    }

    /// Asks the loop to call when the services' next deadline has come.
    private func setAlarm() {
        let deadline = services.nextDeadline
        guard deadline != alarmTime else { return }
        alarm?.cancel()
        alarmTime = deadline
        alarm = deadline.map { deadline in
            loop.eventLoop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(deadline.nanoseconds)) {
                [weak self] in self?.alarmRang()
            }
        }
    }

    private func alarmRang() {
        alarmTime = nil
        step(.timePassed)
        readComplete()
        loop.flush()
    }

    // MARK: What the loop tells

    func opened(_ call: CallID, method: MethodID, metadata: CallMetadata) {
        step(.opened(CallToken(call), EtcdMethod(method), Caller(metadata)))
    }

    func received(
        _ message: UnsafeRawBufferPointer, on call: CallID, method: MethodID, metadata: CallMetadata
    ) {
        let method = EtcdMethod(method)
        guard method.kind == .bidirectional else {
            return step(.called(CallToken(call), method, Caller(metadata), message: message))
        }
        step(.received(CallToken(call), message: message))
    }

    func received(_ request: HTTPRequest, on call: CallID) {
        step(.requested(CallToken(call), method: request.method, target: request.target))
    }

    func halfClosed(_ call: CallID, method: MethodID) { step(.halfClosed(CallToken(call))) }

    func drained(_ call: CallID, method: MethodID) { step(.drained(CallToken(call))) }

    /// May come from within an answer that meets a broken connection; the services hear of it when their step is over.
    func cancelled(_ call: CallID, method: MethodID, reason: Cancellation) {
        if isStepping {
            gone.append(CallToken(call))
        } else {
            step(.cancelled(CallToken(call)))
        }
    }

    func readComplete() {
        step(.turnEnded)
        turn = nil
        setAlarm()
    }

    func shutdownBegins() { step(.stopping) }

    // MARK: What the node tells

    private func completed(_ completions: [StoreNode.Completion]) {
        // What was completed rests on how the node stands by now.
        turn = nil
        step(.completed(completions))
        readComplete()
        loop.flush()
    }
}

extension CallToken {
    /// A call of the loop is known to the services by the same number.
    @inline(__always)
    init(_ call: CallID) { self.init(rawValue: call.rawValue) }
}

extension Caller {
    @inline(__always)
    init(_ metadata: CallMetadata) {
        self =
            metadata.isEmpty
            ? .plain
            : Caller(
                requiresLeader: metadata.requiresLeader, hasMalformedVersion: metadata.clientAPIVersionIsMalformed)
    }
}

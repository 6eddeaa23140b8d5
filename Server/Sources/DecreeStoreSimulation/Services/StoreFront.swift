import DecreeEtcd
import DecreeNode
import DecreeRPC
import DecreeServer
import DecreeSimulator
import DecreeStore
import PaxosBase

/// The services that ship, at a port of a simulated node: clients speak etcd's protocol to them, in bytes, and conclude what
/// became of their operations from the bytes and the statuses that they get.
///
/// Besides, somebody watches the member's health, and monitors probe it.
public final class StoreFront: ClientFront {
    private let node: NodeID
    private var choices: Choices
    private var services: ClientServices
    private var sink: FrontSink
    private var calls: FrontCalls
    private var watcher: HealthWatcher?
    private let planted: ServiceFlaw?
    private var phase = NodeStatus.Phase.forming
    private var isStopping = false
    private var term: UInt64 = 0
    private var ownRead = OwnRead()
    /// What was wrong first.
    private var finding: String?

    init(of node: NodeID, _ choices: Choices, _ planted: ServiceFlaw?) {
        self.node = node
        self.choices = choices
        self.planted = planted
        var settings = ClientServices.Settings()
        settings.planted = planted
        services = ClientServices(settings, member: .simulated(node))
        sink = FrontSink(self.choices.split())
        calls = FrontCalls(mark: self.choices.below(1 << 16))
    }

    public var nextDeadline: Instant? { services.nextDeadline }

    public func step(
        _ event: FrontEvent<Store, StoreClientOperation>, at now: Instant, into effects: inout FrontEffects<Store>
    ) {
        switch event {
        case .called(let entry, let operation): called(entry, operation, at: now)
        case .cancelled(let entry): cancelled(entry, at: now)
        case .nodeStands(let status):
            phase = status.phase
            services.step(.nodeStands(status), at: now, into: &sink)
        case .completed(let completions): completed(completions, at: now)
        case .turnEnded: turnEnded(at: now, into: &effects)
        case .stopping: stop(at: now)
        case .judged(let span): judge(span, at: now)
        }
        hear(into: &effects)
        handOver(at: now, into: &effects)
        if case .completed(let completions) = event { checkHealth(completions) }
        if isStopping, watcher != nil { note("a stream outlasts the closing of its port") }
        effects.report(finding)
    }

    private func note(_ text: @autoclosure () -> String) { if finding == nil { finding = text() } }

    // MARK: Clients

    private func called(_ entry: Int, _ operation: StoreClientOperation, at now: Instant) {
        var call = FrontCall(entry: entry, operation: operation)
        if case .compact = operation { call.isPhysical = choices.chance(1, in: 2) }
        let (method, bytes) = operation.message(isPhysical: call.isPhysical)
        let caller = choices.chance(1, in: 20) ? Caller(requiresLeader: true) : .plain
        let token = calls.open(call)
        bytes.withUnsafeBytes { services.step(.called(token, method, caller, message: $0), at: now, into: &sink) }
        if choices.chance(1, in: 30) { probe(at: now) }
    }

    private func cancelled(_ entry: Int, at now: Instant) {
        guard let token = calls.close(entry: entry) else { return }
        services.step(.cancelled(token), at: now, into: &sink)
    }

    /// A monitor asks how the member is.
    private func probe(at now: Instant) {
        let kind = choices.element(of: FrontCall.Probe.allCases)
        let token = calls.open(FrontCall(probe: kind, began: now))
        switch kind {
        case .health, .ready, .metrics:
            services.step(.requested(token, method: "GET", target: kind.rawValue), at: now, into: &sink)
        case .check: callPlainly(token, .healthCheck, at: now)
        case .members: callPlainly(token, .memberList, at: now)
        case .alarms: callPlainly(token, .alarm, at: now)
        }
    }

    private func callPlainly(_ token: CallToken, _ method: EtcdMethod, at now: Instant) {
        [UInt8]().withUnsafeBytes { services.step(.called(token, method, .plain, message: $0), at: now, into: &sink) }
    }

    // MARK: Turns

    private func completed(_ completions: [NodeCompletion<Store>], at now: Instant) {
        for completion in completions {
            if completion.token == CallToken.none.rawValue {
                ownRead.ended(completion, at: now)
                continue
            }
            if !calls.isOwn(CallToken(rawValue: completion.token)) { note("a completion is for another port") }
            calls.look(at: completion)
        }
        services.step(.completed(completions), at: now, into: &sink)
    }

    private func turnEnded(at now: Instant, into effects: inout FrontEffects<Store>) {
        if let deadline = services.nextDeadline, deadline <= now { services.step(.timePassed, at: now, into: &sink) }
        if let token = sink.takeDrained() { services.step(.drained(token), at: now, into: &sink) }
        hear(into: &effects)
        stirWatcher(at: now)
        services.step(.turnEnded, at: now, into: &sink)
    }

    private func stop(at now: Instant) {
        isStopping = true
        services.step(.stopping, at: now, into: &sink)
    }

    private func handOver(at now: Instant, into effects: inout FrontEffects<Store>) {
        effects.stop(sink.stopped)
        for request in sink.requests {
            let call = calls.handedOver(request)
            if request.token == CallToken.none.rawValue { ownRead.handedOver = now }
            if call == nil, case .command = request { note("a command is handed over for nobody") }
            effects.ask(request, for: call)
        }
        sink.requests.removeAll(keepingCapacity: true)
        sink.stopped = []
    }

    // MARK: What is said

    private func hear(into effects: inout FrontEffects<Store>) {
        for said in sink.said { hear(said, into: &effects) }
        sink.said.removeAll(keepingCapacity: true)
    }

    private func hear(_ said: FrontSink.Said, into effects: inout FrontEffects<Store>) {
        switch said {
        case .answer(let token, let reply):
            guard let call = take(token, "an answer") else { return }
            answered(call, reply, into: &effects)
        case .end(let token, let status):
            if token == watcher?.token { return watcher = nil }
            guard let call = take(token, "an end") else { return }
            ended(call, status, into: &effects)
        case .page(let token, _), .metrics(let token):
            guard let call = take(token, "a page") else { return }
            if call.probe?.isPage != true { note("\(token) is answered with a page") }
        case .message(let token, let reply, let isInTime):
            guard token == watcher?.token else { return note("\(token) gets a message, and is no open stream") }
            if !isInTime { note("\(token) gets a message though its client does not read") }
            if let text = watcher?.told(reply) { note(text) }
        }
    }

    private func take(_ token: CallToken, _ what: String) -> FrontCall? {
        guard let call = calls.close(token) else {
            note("\(what) for \(token), which has ended or was given up")
            return nil
        }
        return call
    }

    private func answered(_ call: FrontCall, _ reply: Reply, into effects: inout FrontEffects<Store>) {
        guard let entry = call.entry, let operation = call.operation else {
            if call.probe?.isPage != false { note("a page is answered with a message") }
            return
        }
        if call.isPhysical, !call.isReclaimed {
            note("\(operation) is answered before the store has said that the old data is gone")
        }
        do {
            let (outcome, header) = try operation.outcome(of: reply.bytes)
            if header.memberID != node.rawValue || header.clusterID != ServingMember.simulated(node).clusterID
                || header.raftTerm < max(1, term)
            {
                note("\(operation) is answered with the header \(header)")
            }
            term = header.raftTerm
            effects.tell(outcome, to: entry)
        } catch {
            note("\(operation) is answered with what is no answer to it: \(error)")
        }
    }

    private func ended(_ call: FrontCall, _ status: RPCStatus, into effects: inout FrontEffects<Store>) {
        guard let entry = call.entry, let operation = call.operation else { return }
        guard let outcome = operation.outcome(of: status, wasHanded: call.wasHanded) else {
            return note("\(operation) ends with \(status)")
        }
        effects.tell(outcome, to: entry)
    }

    // MARK: Health

    /// Somebody begins to watch the member's health, or has seen enough.
    private func stirWatcher(at now: Instant) {
        if let token = watcher?.token {
            guard choices.chance(1, in: 200) else { return }
            watcher = nil
            sink.forget(token)
            services.step(.cancelled(token), at: now, into: &sink)
        } else if !isStopping, choices.chance(1, in: 50) {
            let token = calls.reserve()
            watcher = HealthWatcher(token: token, began: now)
            callPlainly(token, .healthWatch, at: now)
        }
        calls.hold(watcher?.token)
    }

    /// What a read of the services' own showed, watchers have been told.
    private func checkHealth(_ completions: [NodeCompletion<Store>]) {
        guard let watcher, sink.full != watcher.token,
            let last = completions.last(where: { $0.token == CallToken.none.rawValue })
        else { return }
        switch last {
        case .failed(_, .overloaded), .output: break
        case .failed: if watcher.state != .notServing { note("a read failed, and health is told as it was") }
        case .answer:
            if phase == .serving, watcher.state != .serving { note("a read succeeded, and health is told as it was") }
        }
    }

    private func judge(_ healedFor: TimeSpan, at now: Instant) {
        if let late = calls.late(at: now) { note("\(late) had no answer in time") }
        guard let watcher, sink.full != watcher.token, healedFor > .seconds(5), now.since(watcher.began) > .seconds(3),
            !ownRead.mayHaveFailed(at: now)
        else { return }
        if watcher.state != .serving { note("health is told as \(watcher.state) though all is well") }
    }
}

extension ServingMember {
    /// A member whose port is simulated.
    static func simulated(_ node: NodeID) -> ServingMember {
        ServingMember(clusterID: 0xC1, node: node, members: [Member(node: node, name: "one", addresses: [])])
    }
}

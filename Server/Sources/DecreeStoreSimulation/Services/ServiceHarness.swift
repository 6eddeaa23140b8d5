import DecreeEtcd
import DecreeNode
import DecreeServer
import DecreeSimulator
import DecreeStore
import PaxosBase
import PaxosLog

/// A client port over a store, on a node that is alive but may fail any request, answer in any portions, lose its leader,
/// and be left by its clients at any moment. Clients send the bytes of etcd's protocol and get bytes back.
///
/// What the node does with a request is chosen; what the services make of it is the code that ships.
public struct ServiceHarness: Harness {
    /// What happened in one step.
    public enum Event: Hashable, Sendable {
        case called, opened, sent, halfClosed, cancelled, turnEnded, completed, nodeChanged, drained, timePassed,
            stopping
    }

    private static let placeCount = 5
    /// A stream that sends back what it gets stands for the methods that etcd has and this version does not serve yet.
    private static let echoed = EtcdMethod.watch

    private var services: ClientServices
    private var sink = PortRecord()
    private var workload: StoreWorkload
    /// What the operations are made of, apart from the choices of the run.
    private var drawn: Choices
    private var node: ScriptedNode
    private var uses: [UInt64]
    private var open: [CallToken?]
    private var streams: Set<CallToken> = []
    private var closed: Set<CallToken> = []
    private var now = Instant(nanoseconds: 1)
    private var messageCount: UInt8 = 0
    private var isStopping = false
    private(set) var steps = 0

    /// - Parameter planted: A rule that the services leave out.
    package init(seed: UInt64, planted: ServiceFlaw?) {
        var drawn = Choices(seed: seed)
        workload = StoreWorkload(choices: &drawn)
        self.drawn = drawn
        var settings = ClientServices.Settings(streams: [Self.echoed: { EchoStream() }])
        settings.planted = planted
        services = ClientServices(settings, member: .simulated)
        node = ScriptedNode(workload.makeMachine())
        uses = Array(repeating: 0, count: Self.placeCount)
        open = Array(repeating: nil, count: Self.placeCount)
        tellNode(hasLeader: true)
    }

    public init(seed: UInt64) { self.init(seed: seed, planted: nil) }

    /// What was wrong first.
    public var finding: String? { sink.checker.finding ?? node.finding }

    public mutating func advance(_ choices: inout Choices) -> Event? {
        guard steps < 600 else { return nil }
        steps += 1
        let event = happen(&choices)
        sink.checker.stepEnded(steps)
        free()
        return event
    }

    private mutating func step(_ event: ServiceEvent) { services.step(event, at: now, into: &sink) }

    private mutating func happen(_ choices: inout Choices) -> Event {
        switch choices.below(16) {
        case 0..<4: return begin(&choices)
        case 4: return openStream(&choices)
        case 5, 6: return send(&choices)
        case 7: return halfClose(&choices)
        case 8: return cancel(&choices)
        case 9: return changeNode(&choices)
        case 10: return drain(&choices)
        case 11: return passTime(&choices)
        case 12, 13: return endTurn()
        default: return complete(&choices)
        }
    }

    // MARK: Clients

    /// A token in a place that is free.
    private mutating func token(_ choices: inout Choices) -> CallToken? {
        let place = choices.index(below: Self.placeCount)
        guard open[place] == nil else { return nil }
        uses[place] += 1
        let call = CallToken(place: place, use: uses[place])
        open[place] = call
        sink.checker.opened(call)
        return call
    }

    private mutating func begin(_ choices: inout Choices) -> Event {
        guard let call = token(&choices) else { return endTurn() }
        let operation = nextOperation(for: call)
        let (method, bytes) = operation.message
        node.expects[call.rawValue] = ServicePort.request(for: operation)
        bytes.withUnsafeBytes { step(.called(call, method, .plain, message: $0)) }
        return .called
    }

    /// What a status is answered with is the node's as much as the store's.
    private mutating func nextOperation(for call: CallToken) -> StoreClientOperation {
        while true {
            let operation = workload.nextOperation(client: call.place, choices: &drawn)
            if case .status = operation { continue }
            return operation
        }
    }

    private mutating func openStream(_ choices: inout Choices) -> Event {
        guard let call = token(&choices) else { return endTurn() }
        streams.insert(call)
        if isStopping { sink.checker.due(call, step: steps) }
        step(.opened(call, Self.echoed, .plain))
        return .opened
    }

    /// A stream that is open, if there is one.
    private func stream(_ choices: inout Choices, where isFit: (CallToken) -> Bool) -> CallToken? {
        let fit = open.compactMap { $0 }.filter { streams.contains($0) && isFit($0) }
        return fit.isEmpty ? nil : choices.element(of: fit)
    }

    private mutating func send(_ choices: inout Choices) -> Event {
        // A client that is paused sends nothing more, the transport sees to that.
        guard let call = stream(&choices, where: { !closed.contains($0) && !sink.paused.contains($0) }) else {
            return endTurn()
        }
        messageCount &+= 1
        if choices.chance(1, in: 4) { sink.narrow.insert(call) }
        sink.checker.echoes(call, [messageCount])
        [messageCount].withUnsafeBytes { step(.received(call, message: $0)) }
        return .sent
    }

    private mutating func halfClose(_ choices: inout Choices) -> Event {
        guard let call = stream(&choices, where: { !closed.contains($0) }) else { return endTurn() }
        closed.insert(call)
        // A client that does not read gets its end once it does.
        if !sink.full.contains(call) { sink.checker.due(call, step: steps) }
        step(.halfClosed(call))
        return .halfClosed
    }

    private mutating func drain(_ choices: inout Choices) -> Event {
        guard let call = stream(&choices, where: { sink.full.contains($0) }) else { return endTurn() }
        sink.narrow.remove(call)
        sink.full.remove(call)
        sink.checker.drained(call)
        if closed.contains(call) { sink.checker.due(call, step: steps) }
        step(.drained(call))
        return .drained
    }

    private mutating func cancel(_ choices: inout Choices) -> Event {
        let all = open.compactMap { $0 }
        guard !all.isEmpty else { return endTurn() }
        let call = choices.element(of: all)
        sink.checker.cancelled(call)
        sink.over.insert(call)
        step(.cancelled(call))
        return .cancelled
    }

    /// Places of calls that are over are used again.
    private mutating func free() {
        for (place, call) in open.enumerated() {
            if let call, sink.over.contains(call) { open[place] = nil }
        }
    }

    // MARK: The node

    private mutating func endTurn() -> Event {
        step(.turnEnded)
        node.take(&sink.requests)
        return .turnEnded
    }

    private mutating func complete(_ choices: inout Choices) -> Event {
        node.take(&sink.requests)
        let completions = node.complete(&choices)
        for completion in completions {
            let call = CallToken(rawValue: completion.token)
            guard !sink.over.contains(call) else { continue }
            sink.checker.completed(call, with: node.reply(to: completion), step: steps)
        }
        step(.completed(completions))
        return .completed
    }

    private mutating func changeNode(_ choices: inout Choices) -> Event {
        tellNode(hasLeader: choices.chance(3, in: 4))
        return .nodeChanged
    }

    private mutating func tellNode(hasLeader: Bool) {
        var status = LoopStatus()
        status.phase = .serving
        status.term = 1
        status.leader = hasLeader ? Ballot(configuration: ConfigurationNumber(1), round: 1, node: NodeID(1)) : nil
        step(.nodeStands(status))
    }

    private mutating func passTime(_ choices: inout Choices) -> Event {
        if !isStopping, choices.chance(1, in: 60) {
            isStopping = true
            for call in open.compactMap({ $0 }) where streams.contains(call) { sink.checker.due(call, step: steps) }
            step(.stopping)
            return .stopping
        }
        now = now + .milliseconds(10)
        if let deadline = services.nextDeadline, deadline <= now { step(.timePassed) }
        return .timePassed
    }
}

/// Looks whether every request gets exactly one outcome.
public struct OutcomeObserver: Observer {
    public typealias Subject = ServiceHarness

    public init() {}

    public mutating func saw(_ event: ServiceHarness.Event, in subject: ServiceHarness) -> String? { subject.finding }
}

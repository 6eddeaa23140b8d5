import DecreeHTTP2
import DecreeRPC
import NIOCore

/// Runs one round on the event loop: keeps every client's call open, counts, times and judges the answers.
///
/// Confined to the loop from `start` to the result.
final class LoadRound: GRPCConnectionDelegate, @unchecked Sendable {
    private enum Phase { case warmingUp, counting, draining, over }

    /// Every so many puts a client reads back, through another connection, what it was told is written.
    private static let putsPerSpotCheck = 256
    /// Wrong answers after which the round is given up.
    private static let mostFaults = 20
    /// How long the last answers may take.
    private static let drainPatienceSeconds = 30.0

    private let plan: RoundPlan
    private let connections: LoadConnections
    private let servers: [Int32]
    private let paths: [PreparedPath]
    private let readPaths: [PreparedPath]
    private let finished: EventLoopPromise<RoundResult>
    private var clients: ContiguousArray<LoadClient>
    private var requests: RequestMaker
    private var result = RoundResult()
    private var phase = Phase.warmingUp
    private var openCalls = 0
    private var countingSince: UInt64 = 0
    private var usageBefore: (servers: UInt64, own: UInt64) = (0, 0)

    /// - Parameters:
    ///   - connections: used by this round alone while it runs.
    ///   - ledger: of the cluster; judged by and kept up to date.
    ///   - servers: the processes whose time is counted.
    init(
        _ plan: RoundPlan, over connections: LoadConnections, ledger: WriteLedger, servers: [Int32],
        finished: EventLoopPromise<RoundResult>
    ) {
        self.plan = plan
        self.connections = connections
        self.servers = servers
        self.finished = finished
        paths = connections.all.map { $0.prepare(plan.workload.path) }
        readPaths = connections.all.map { $0.prepare(Method.range) }
        requests = RequestMaker(plan.workload, ledger: ledger, seed: plan.seed)
        // Few clients take the connections in turn, so that they meet every endpoint; many stay on theirs, as the
        // clients of a pool do.
        clients = ContiguousArray((0..<plan.clients).map { LoadClient(connection: $0 % connections.all.count) })
    }

    // MARK: Phases

    func start() {
        connections.setDelegate(self)
        for client in clients.indices { call(from: client) }
        later(plan.warmUpSeconds) { $0.beginToCount() }
    }

    private func beginToCount() {
        guard phase == .warmingUp else { return }
        phase = .counting
        usageBefore = usage()
        countingSince = monotonicNanoseconds()
        later(plan.seconds) { $0.endCounting() }
    }

    private func endCounting() {
        guard phase == .counting else { return }
        let used = usage()
        result.seconds = Double(monotonicNanoseconds() - countingSince) / 1e9
        result.serverNanoseconds = used.servers - usageBefore.servers
        result.clientNanoseconds = used.own - usageBefore.own
        drain()
    }

    private func drain() {
        phase = .draining
        guard openCalls > 0 else { return finish() }
        later(Self.drainPatienceSeconds) {
            guard $0.phase == .draining else { return }
            $0.fault("\($0.openCalls) calls were not answered within \(decimal(Self.drainPatienceSeconds)) s")
            $0.finish()
        }
    }

    private func finish() {
        guard phase != .over else { return }
        phase = .over
        result.acknowledgedWrites = requests.acknowledgedWrites
        finished.succeed(result)
    }

    private func later(_ seconds: Double, _ body: @escaping (LoadRound) -> Void) {
        let delay = TimeAmount.nanoseconds(Int64(seconds * 1e9))
        connections.loop.assumeIsolated().scheduleTask(in: delay) { body(self) }
    }

    private func usage() -> (servers: UInt64, own: UInt64) {
        (servers.reduce(0) { $0 + ProcessUsage.nanoseconds(ofProcess: $1) }, ProcessUsage.ownNanoseconds())
    }

    // MARK: Calls

    private func call(from index: Int) {
        let isSpotCheck = clients[index].owesSpotCheck
        if isSpotCheck || clients.count < connections.all.count { clients[index].hop(over: connections.all.count) }
        let connection = clients[index].connection
        openCalls += 1
        clients[index].sentAt = monotonicNanoseconds()
        let path = isSpotCheck ? readPaths[connection] : paths[connection]
        requests.make(for: &clients[index]) { message in
            connections.all[connection].start(path, message: message, tag: UInt64(index))
        }
    }

    func completed(_ tag: UInt64, status: RPCStatus, message: UnsafeRawBufferPointer) {
        let index = Int(tag)
        let now = monotonicNanoseconds()
        openCalls -= 1
        let wasSpotCheck = clients[index].isSpotCheck
        if status.code == .ok {
            if let text = requests.judge(message, for: &clients[index]) { fault(text) }
        } else {
            fault("grpc-status \(status.code.rawValue) (\(status))")
        }
        if wasSpotCheck {
            result.spotChecks += 1
        } else {
            clients[index].answers += 1
            if phase == .counting {
                result.requests += 1
                result.latencies.record(now - clients[index].sentAt)
            }
            let isDue = plan.workload == .put && clients[index].answers % Self.putsPerSpotCheck == 0
            clients[index].owesSpotCheck = isDue
        }
        switch phase {
        case .warmingUp, .counting: call(from: index)
        case .draining: if openCalls == 0 { finish() }
        case .over: break
        }
    }

    func closed(_ error: GRPCConnectionError) {
        if phase != .over { fault("\(error)") }
    }

    private func fault(_ text: String) {
        result.faults += 1
        if result.firstFault == nil { result.firstFault = text }
        if result.faults == Self.mostFaults, phase != .over { finish() }
    }
}

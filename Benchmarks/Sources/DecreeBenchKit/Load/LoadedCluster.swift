import DecreeHTTP2
import NIOCore

/// A running cluster, the connections to it and the ledger of what was written to it.
///
/// Used on the main thread; while a round runs the loop has connections and ledger to itself.
public final class LoadedCluster {
    public let cluster: Cluster
    public let ledger: WriteLedger
    private let connectionCount: Int
    private let loop: any EventLoop

    /// - Parameters:
    ///   - cluster: already started.
    ///   - connectionCount: connections to all endpoints together.
    public init(_ cluster: Cluster, _ ledger: WriteLedger, connectionCount: Int, on loop: any EventLoop) {
        self.cluster = cluster
        self.ledger = ledger
        self.connectionCount = connectionCount
        self.loop = loop
    }

    /// Writes every key once.
    public func fill() throws(BenchError) {
        let ledger = ledger
        let name = cluster.program.name
        try withConnections(connectionCount) { connections, promise in
            Filler(connections, ledger, server: name, finished: promise).start()
        }
    }

    /// Runs a round, and checks that the revision rose by exactly the number of acknowledged writes.
    public func run(_ plan: RoundPlan) throws(BenchError) -> RoundResult {
        let before = try revision()
        let ledger = ledger
        let servers = cluster.processIdentifiers
        // With fewer clients than connections one connection an endpoint is enough.
        let count = plan.clients < connectionCount ? cluster.clientPorts.count : connectionCount
        let result = try withConnections(count) { connections, promise in
            LoadRound(plan, over: connections, ledger: ledger, servers: servers, finished: promise).start()
        }
        let name = "\(cluster.program.name), \(plan.workload.title), \(plan.clients) clients"
        if let fault = result.firstFault { throw .wrongAnswer("\(name): \(result.faults) faults; the first: \(fault)") }
        let risen = try revision() - before
        guard risen == Int64(result.acknowledgedWrites) else {
            throw .wrongAnswer("\(name): \(result.acknowledgedWrites) writes raised the revision by \(risen)")
        }
        guard result.requests > 0 else { throw .server("\(name): not one answer in \(plan.seconds) s") }
        return result
    }

    private func revision() throws(BenchError) -> Int64 {
        let caller = try Caller(port: cluster.clientPorts[0], on: loop)
        defer { caller.close() }
        return try caller.revision()
    }

    private func withConnections<Value: Sendable>(
        _ count: Int, _ start: @escaping (LoadConnections, EventLoopPromise<Value>) -> Void
    ) throws(BenchError) -> Value {
        let connections = try LoadConnections(ports: cluster.clientPorts, count: count, on: loop)
        defer { connections.close() }
        let promise = loop.makePromise(of: Value.self)
        nonisolated(unsafe) let start = start
        loop.execute { start(connections, promise) }
        do {
            return try promise.futureResult.wait()
        } catch let error as BenchError {
            throw error
        } catch {
            throw .connection("\(error)")
        }
    }
}

import Decree
import DecreeEtcd
import DecreeHTTP2
import DecreeStore
import PaxosLog

// The HTTP side of the client port, and the health service of gRPC.
extension ClientCalls {
    func received(_ request: HTTPRequest, on call: CallID) {
        guard let known = EtcdHTTP.Request(target: request.target) else {
            return respond(call, EtcdHTTP.notFound)
        }
        // As in etcd, where the metrics alone are served by Prometheus' own handler.
        guard request.method == "GET" || (request.method == "HEAD" && known == .metrics) else {
            return respond(call, EtcdHTTP.methodNotAllowed)
        }
        switch known {
        case .version:
            let isFormed = context.node.status.phase != .forming
            respond(call, EtcdHTTP.version(clusterIsFormed: isFormed))
        case .metrics: ask(.metrics, linearizable: false, token: call.rawValue)
        case .health, .live, .ready:
            let status = context.node.status
            // A barrier that cannot be had would be waited for longer than probes wait.
            if known.needsLinearizableRead, status.leader == nil {
                return respond(call, health(known, readError: .noLeader, status))
            }
            ask(.health(known), linearizable: known.needsLinearizableRead, token: call.rawValue)
        }
    }

    /// Answers a plain request once the read that it rests on has ended.
    func finishHTTP(
        _ special: SpecialCall, on call: CallID, readError: ReplicationFailure?, store: StoreStatus?,
        _ status: NodeStatus
    ) {
        switch special {
        case .health(let request): respond(call, health(request, readError: readError, status))
        case .metrics:
            guard let store else {
                loop.respond(call, .text(503, "\(readError?.status.message ?? "the store did not answer")\n"))
                return
            }
            noteCounters()
            let body = context.metrics.render(status, store)
            let type = HTTPField("content-type", "text/plain; version=0.0.4; charset=utf-8")
            loop.respond(call, HTTPResponse(status: 200, fields: [type], body: body))
        case .memberList, .status, .alarmList, .compaction, .reclaim:
            fail(call, GRPCStatus(.internalError, "decree: the store answered another question"))
        }
    }

    private func health(
        _ request: EtcdHTTP.Request, readError: ReplicationFailure?, _ status: NodeStatus
    ) -> EtcdHTTP.Answer {
        var report = EtcdHTTP.Report(hasLeader: status.leader != nil)
        if request.needsLinearizableRead {
            report.linearizableReadError = readError?.status.message
        } else {
            report.serializableReadError = readError?.status.message
        }
        switch request {
        case .health(let excluded, let serializable):
            let answer = EtcdHTTP.health(report, excluded: excluded, serializable: serializable)
            if answer.code == 200 { counters.healthSuccesses &+= 1 } else { counters.healthFailures &+= 1 }
            return answer
        case .live(let check, let excluded, let isVerbose):
            return EtcdHTTP.live(report, check: check, excluded: excluded, isVerbose: isVerbose)
        case .ready(let check, let excluded, let isVerbose):
            return EtcdHTTP.ready(report, check: check, excluded: excluded, isVerbose: isVerbose)
        case .version, .metrics: return EtcdHTTP.notFound
        }
    }

    private func respond(_ call: CallID, _ answer: EtcdHTTP.Answer) {
        var fields = [HTTPField("content-type", answer.contentType)]
        if let allow = answer.allow { fields.append(HTTPField("allow", allow)) }
        loop.respond(call, HTTPResponse(status: answer.code, fields: fields, body: answer.body))
    }

    // MARK: grpc.health.v1

    /// A member serves when it has formed its cluster and knows a leader.
    var isServing: Bool {
        let status = context.node.status
        return status.phase == .serving && status.leader != nil
    }

    func checkHealth(_ service: String, on call: CallID) {
        do throws(RPCStatus) {
            answer(call, try Reply(healthOf: service, isServing: isServing))
        } catch {
            fail(call, GRPCStatus(error))
        }
    }

    func watchHealth(_ service: String, on call: CallID) {
        guard !loop.isDraining else { return fail(call, GRPCStatus(EtcdError.stopped.status)) }
        guard service.isEmpty else { return tell(call, .unknownService) }
        tell(call, isServing ? .serving : .notServing)
        lookAgain()
    }

    private func tell(_ call: CallID, _ state: ServingState) {
        healthWatches[call.rawValue] = state
        let reply = Reply(state)
        let isSent = loop.send(call, size: reply.byteCount) { reply.write(to: $0) }
        if !isSent { healthWatches[call.rawValue] = nil }
    }

    /// Tells the streams of the health service when the state changes; looks as long as there are any.
    private func lookAgain() {
        guard !isLooking else { return }
        isLooking = true
        loop.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(500)) { [weak self] in
            guard let self else { return }
            self.isLooking = false
            guard !self.healthWatches.isEmpty else { return }
            let state: ServingState = self.isServing ? .serving : .notServing
            for (token, told) in self.healthWatches where told != state && told != .unknownService {
                self.tell(CallID(rawValue: token), state)
            }
            self.loop.flush()
            self.lookAgain()
        }
    }

    /// Ends the streams that would otherwise keep a shutdown waiting.
    func shutdownBegins() {
        for token in healthWatches.keys {
            fail(CallID(rawValue: token), GRPCStatus(EtcdError.stopped.status))
        }
        healthWatches = [:]
    }
}

import DecreeEtcd
import DecreeRPC
import DecreeStore
import PaxosBase

// The plain HTTP side of the client port.
extension ClientServices {
    mutating func requested(
        _ call: CallToken, _ method: String, _ target: String, at now: Instant, into sink: inout some CallSink
    ) {
        guard let known = EtcdHTTP.Request(target: target) else {
            return respond(call, EtcdHTTP.notFound, into: &sink)
        }
        // As in etcd, where the metrics alone are served by Prometheus' own handler.
        guard method == "GET" || (method == "HEAD" && known == .metrics) else {
            return respond(call, EtcdHTTP.methodNotAllowed, into: &sink)
        }
        switch known {
        case .version: respond(call, EtcdHTTP.version(clusterIsFormed: node.phase != .forming), into: &sink)
        case .metrics: ask(.metrics, .status, linearizable: false, call)
        case .health, .live, .ready:
            probe(.probe(known), linearizable: known.needsLinearizableRead, call, at: now)
        }
    }

    /// Answers a probe once the read that it rests on has ended.
    mutating func answerProbe(
        _ request: EtcdHTTP.Request, _ failure: RPCStatus?, _ call: CallToken, into sink: inout some CallSink
    ) {
        var report = EtcdHTTP.Report(hasLeader: node.leader != nil)
        if request.needsLinearizableRead {
            report.linearizableReadError = failure?.message
        } else {
            report.serializableReadError = failure?.message
        }
        let page = EtcdHTTP.page(request, report)
        if case .health = request { count(page) }
        respond(call, page, into: &sink)
    }

    private mutating func count(_ page: EtcdHTTP.Answer) {
        if page.code == 200 { healthSuccesses &+= 1 } else { healthFailures &+= 1 }
    }

    mutating func showMetrics(_ answer: StoreAnswer, _ call: CallToken, into sink: inout some CallSink) {
        guard case .status(let store) = answer.outcome else { return strayed(call, into: &sink) }
        _ = calls.remove(call)
        sink.showMetrics(call, store)
    }
}

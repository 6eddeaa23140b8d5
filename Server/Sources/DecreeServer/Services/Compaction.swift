import DecreeEtcd
import DecreeRPC
import DecreeStore
import PaxosBase

// A compaction answers a client that asked for `physical` only when the old data is gone from memory. The store frees it
// in slices, so the services look at how far it has come, and again a little later.
extension ClientServices {
    mutating func compacted(_ output: StoreOutput, _ call: CallToken, into sink: inout some CallSink) {
        guard case .compacted = output.outcome, settings.planted != .reclaimNotAwaited else {
            return finish(call, into: &sink) { (fields) throws(RPCStatus) in try Reply(output, fields) }
        }
        ask(.reclaim(Reclaim(output: output, nextLook: nil)), .status, linearizable: false, call)
    }

    mutating func looked(
        _ reclaim: Reclaim, _ answer: StoreAnswer, _ call: CallToken, at now: Instant, into sink: inout some CallSink
    ) {
        guard case .status(let store) = answer.outcome else { return strayed(call, into: &sink) }
        if let compacted = store.compactRevision, store.reclaimedRevision.map({ $0 >= compacted }) != true {
            return lookAgain(reclaim.output, call, at: now + .milliseconds(5))
        }
        finish(call, into: &sink) { (fields) throws(RPCStatus) in try Reply(reclaim.output, fields) }
    }

    mutating func lookAgain(_ output: StoreOutput, _ call: CallToken, at look: Instant) {
        calls.set(call, .reclaim(Reclaim(output: output, nextLook: look)))
        if settings.planted == .laterLookForgotten { return }
        waitingReclaims.append(call)
    }

    /// Asks for all whose time has come.
    mutating func lookForReclaimed(at now: Instant) {
        guard !waitingReclaims.isEmpty else { return }
        let waiting = waitingReclaims
        waitingReclaims = []
        for call in waiting {
            guard case .reclaim(let reclaim) = calls[call], let look = reclaim.nextLook else { continue }
            if look > now {
                waitingReclaims.append(call)
            } else {
                ask(.reclaim(Reclaim(output: reclaim.output, nextLook: nil)), .status, linearizable: false, call)
            }
        }
    }
}

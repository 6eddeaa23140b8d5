import Decree
import DecreeEtcd
import DecreeHTTP2
import DecreeStore
import NIOCore
import PaxosBase
import PaxosLog

/// The client port's application side on one event loop: turns calls into requests to the node and completions into
/// answers.
///
/// All that the loop's sockets held in a turn reaches the node as one batch, and all that the node completed in a turn of
/// its own comes back as one batch, answered with one write per connection.
final class ClientCalls: CallHandler {
    let context: ServerContext
    let loop: RPCLoop
    private var port: StoreNode.Port!
    private var gathered = RequestBatch()
    /// Transactions that only read and are under way. Other long reads are known by their method.
    private var readOnlyTransactions: Set<UInt64> = []
    /// Calls whose answer is more than the node's completion, by token. Most calls are not among them.
    private var special: [UInt64: SpecialCall] = [:]
    var counters = ClientCounters()
    /// Streams of the health service, with what they were told last.
    var healthWatches: [UInt64: ServingState] = [:]
    /// The next look at whether these have to be told something is scheduled.
    var isLooking = false

    /// Made on `loop`, before the first connection.
    init(_ context: ServerContext, loop: RPCLoop) {
        self.context = context
        self.loop = loop
        let handOver = HandOver(self)
        port = context.node.openPort { completions in
            loop.eventLoop.execute { handOver.calls.complete(completions) }
        }
        let counting = Observer(calls: self)
        loop.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { task in
            if let calls = counting.calls { calls.noteCounters() } else { task.cancel() }
        }
    }

    /// Shows what was counted to whoever renders metrics, on this loop or another.
    func noteCounters() {
        counters.transport = loop.counters
        context.metrics.note(counters, of: loop.index)
    }

    /// Carries the handler, which never leaves its loop, through the node's loop.
    private struct HandOver: @unchecked Sendable {
        let calls: ClientCalls

        init(_ calls: ClientCalls) { self.calls = calls }
    }

    /// The same for what must not keep the handler alive.
    private struct Observer: @unchecked Sendable {
        weak var calls: ClientCalls?
    }

    // MARK: Calls come in

    func opened(_ call: CallID, method: MethodID, metadata: CallMetadata) {
        fail(call, GRPCStatus(RPCStatus.notServed(EtcdMethod(method).path)))
    }

    func received(
        _ message: UnsafeRawBufferPointer, on call: CallID, method: MethodID, metadata: CallMetadata
    ) {
        do throws(RPCStatus) {
            if !metadata.isEmpty { try check(metadata) }
            begin(try context.decoder.decode(EtcdMethod(method), message), on: call)
        } catch {
            fail(call, GRPCStatus(error))
        }
    }

    private func check(_ metadata: CallMetadata) throws(RPCStatus) {
        if metadata.clientAPIVersionIsMalformed { throw EtcdError.invalidClientVersion.status }
        if metadata.requiresLeader && context.node.status.leader == nil { throw EtcdError.noLeader.status }
    }

    private func begin(_ work: Work, on call: CallID) {
        let token = call.rawValue
        switch work {
        case .operation(let payload, let kind):
            if kind == .compactPhysically { special[token] = .compaction }
            gathered.append(.command(payload, token: token))
        case .query(let query, let linearizable):
            if case .txn = query { readOnlyTransactions.insert(token) }
            gathered.append(.query(query, linearizable: linearizable, token: token))
        case .memberList(let linearizable):
            ask(.memberList, .members, linearizable: linearizable, token: token)
        case .status: ask(.status, linearizable: false, token: token)
        case .alarmList: ask(.alarmList, linearizable: true, token: token)
        case .defragment: answer(call, .defragmented)
        case .healthCheck(let service): checkHealth(service, on: call)
        case .healthWatch(let service): watchHealth(service, on: call)
        }
    }

    /// Asks the store for something on which the answer will rest.
    func ask(_ special: SpecialCall, _ query: StoreQuery = .status, linearizable: Bool, token: UInt64) {
        self.special[token] = special
        gathered.append(.query(query, linearizable: linearizable, token: token))
    }

    func readComplete() {
        guard !gathered.isEmpty else { return }
        let (requests, stopped) = gathered.take()
        for token in stopped { port.cancel(token: token) }
        port.submit(requests)
    }

    func cancelled(_ call: CallID, method: MethodID, reason: Cancellation) {
        special[call.rawValue] = nil
        healthWatches[call.rawValue] = nil
        gathered.giveUp(call.rawValue, isLongRead: isLongRead(call, method))
    }

    private func isLongRead(_ call: CallID, _ method: MethodID) -> Bool {
        guard method != .http else { return false }
        switch EtcdMethod(method) {
        case .range, .hashKV: return true
        case .transaction: return readOnlyTransactions.remove(call.rawValue) != nil
        default: return false
        }
    }

    // MARK: Completions come back

    private func complete(_ completions: [StoreNode.Completion]) {
        let status = context.node.status
        let fields = context.fields(status)
        for completion in completions {
            switch completion {
            case .output(let token, let output):
                if !special.isEmpty, let special = special.removeValue(forKey: token) {
                    finish(special, token: token, output: output, fields)
                } else {
                    answer(CallID(rawValue: token)) { () throws(RPCStatus) in try Reply(output, fields) }
                }
            case .answer(let token, let answer):
                if !readOnlyTransactions.isEmpty { readOnlyTransactions.remove(token) }
                if !special.isEmpty, let special = special.removeValue(forKey: token) {
                    finish(special, token: token, answer: answer, status)
                } else {
                    self.answer(CallID(rawValue: token)) { () throws(RPCStatus) in try Reply(answer, fields) }
                }
            case .failed(let token, let failure):
                if !readOnlyTransactions.isEmpty { readOnlyTransactions.remove(token) }
                let reason = ReplicationFailure(failure, hasLeader: status.leader != nil)
                if !special.isEmpty, let special = special.removeValue(forKey: token) {
                    finish(special, token: token, failure: reason, status)
                } else {
                    fail(CallID(rawValue: token), GRPCStatus(reason.status))
                }
            }
        }
        readComplete()
        loop.flush()
    }

    @inline(__always)
    private func answer(_ call: CallID, _ make: () throws(RPCStatus) -> Reply) {
        do throws(RPCStatus) {
            answer(call, try make())
        } catch {
            fail(call, GRPCStatus(error))
        }
    }

    /// Ends a call with an error.
    func fail(_ call: CallID, _ status: GRPCStatus) { loop.fail(call, status) }

    @inline(__always)
    func answer(_ call: CallID, _ reply: Reply) {
        loop.respond(call, size: reply.byteCount) { reply.write(to: $0) }
    }

    /// A compaction answers a client that asked for `physical` only when the old data is gone.
    private func finish(_ special: SpecialCall, token: UInt64, output: StoreOutput, _ fields: HeaderFields) {
        let call = CallID(rawValue: token)
        guard case .compaction = special, case .compacted = output.outcome else {
            return answer(call) { () throws(RPCStatus) in try Reply(output, fields) }
        }
        awaitReclaim(output, token: token)
    }

    private func awaitReclaim(_ output: StoreOutput, token: UInt64) {
        ask(.reclaim(output), linearizable: false, token: token)
    }

    private func awaitReclaim(_ output: StoreOutput, token: UInt64, after delay: TimeAmount) {
        let waiting = HandOver(self)
        loop.eventLoop.scheduleTask(in: delay) {
            guard waiting.calls.loop.isOpen(CallID(rawValue: token)) else { return }
            waiting.calls.awaitReclaim(output, token: token)
            waiting.calls.readComplete()
        }
    }

    private func finish(_ special: SpecialCall, token: UInt64, answer: StoreAnswer, _ status: NodeStatus) {
        let call = CallID(rawValue: token)
        let fields = context.fields(status)
        if case .members(let published) = answer.outcome {
            return self.answer(call, Reply(members: MemberDirectory.describe(status, published), fields))
        }
        guard case .status(let store) = answer.outcome else {
            return finishHTTP(special, on: call, readError: nil, store: nil, status)
        }
        switch special {
        case .status: self.answer(call, Reply(memberStatus(status, store), fields))
        case .alarmList: self.answer(call, Reply(alarms: [], revision: answer.revision, fields))
        case .reclaim(let output):
            if let compacted = store.compactRevision, store.reclaimedRevision.map({ $0 >= compacted }) != true {
                // The store frees its history in slices; look again a little later.
                awaitReclaim(output, token: token, after: .milliseconds(5))
            } else {
                self.answer(call) { () throws(RPCStatus) in try Reply(output, fields) }
            }
        case .compaction, .health, .metrics, .memberList:
            finishHTTP(special, on: call, readError: nil, store: store, status)
        }
    }

    private func finish(_ special: SpecialCall, token: UInt64, failure: ReplicationFailure, _ status: NodeStatus) {
        let call = CallID(rawValue: token)
        switch special {
        case .health, .metrics: finishHTTP(special, on: call, readError: failure, store: nil, status)
        case .reclaim(let output) where failure.passes:
            // The compaction is done, only the question how far the store has come was not taken: ask again.
            awaitReclaim(output, token: token, after: .milliseconds(50))
        case .compaction, .reclaim, .memberList, .status, .alarmList: fail(call, GRPCStatus(failure.status))
        }
    }

    private func memberStatus(_ status: NodeStatus, _ store: StoreStatus) -> MemberStatus {
        MemberStatus(
            revision: store.currentRevision, leader: status.leader?.rawValue ?? 0,
            chosenSlot: status.watermark.rawValue, appliedSlot: status.applied.rawValue,
            storeBytes: store.bytesReserved, storeBytesInUse: store.bytesInUse, quotaBytes: context.quotaBytes)
    }
}

/// A call whose answer rests on more than one completion of the node.
enum SpecialCall {
    case memberList
    case status
    case alarmList
    /// A compaction that is to be answered when the old data is gone.
    case compaction
    /// The same, compacted and waiting.
    case reclaim(StoreOutput)
    /// `/health`, `/livez` or `/readyz`.
    case health(EtcdHTTP.Request)
    case metrics
}

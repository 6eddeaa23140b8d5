import DecreeEtcd
import DecreeRPC
import DecreeStore
import PaxosBase

extension ClientServices {
    /// A whole request came.
    mutating func called(
        _ call: CallToken, _ method: EtcdMethod, _ caller: Caller, _ message: UnsafeRawBufferPointer, at now: Instant,
        into sink: inout some CallSink
    ) {
        do throws(RPCStatus) {
            try check(caller)
            try begin(try settings.decoder.decode(method, message), call, at: now, into: &sink)
        } catch {
            fail(call, error, into: &sink)
        }
    }

    @inline(__always)
    func check(_ caller: Caller) throws(RPCStatus) {
        if caller.hasMalformedVersion { throw EtcdError.invalidClientVersion.status }
        if caller.requiresLeader && node.leader == nil { throw EtcdError.noLeader.status }
    }

    private mutating func begin(
        _ work: Work, _ call: CallToken, at now: Instant, into sink: inout some CallSink
    ) throws(RPCStatus) {
        switch work {
        case .operation(let payload, let kind):
            calls.set(call, kind == .compactPhysically ? .compaction : .command)
            gathered.append(.command(payload, token: call.rawValue))
        case .query(let query, let linearizable): ask(.query, query, linearizable: linearizable, call)
        case .memberList(let linearizable): ask(.memberList, .members, linearizable: linearizable, call)
        case .status: ask(.status, .status, linearizable: false, call)
        case .alarmList: ask(.alarmList, .status, linearizable: true, call)
        case .defragment: answer(call, .defragmented, into: &sink)
        case .healthCheck(let service):
            // Of an unknown service this says so.
            _ = try Reply(healthOf: service, isServing: false)
            probe(.healthCheck, linearizable: true, call, at: now)
        case .healthWatch(let service): try watchHealth(service, call, at: now, into: &sink)
        }
    }

    /// Asks the store for something on which the answer of `call` will rest.
    @inline(__always)
    mutating func ask(_ state: OpenCall, _ query: StoreQuery, linearizable: Bool, _ call: CallToken) {
        calls.set(call, state)
        gathered.append(.query(query, linearizable: linearizable, token: call.rawValue))
    }
}

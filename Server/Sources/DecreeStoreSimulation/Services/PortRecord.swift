import DecreeEtcd
import DecreeNode
import DecreeRPC
import DecreeServer
import DecreeStore

/// The clients' side of a simulated port: shows the checker what each is told.
struct PortRecord: CallSink {
    var checker = OutcomeChecker()
    /// What is on its way to the node.
    var requests: [NodeRequest<Store>] = []
    /// Calls that have ended or were given up.
    var over: Set<CallToken> = []
    /// Clients that read slowly: the next message fills their line.
    var narrow: Set<CallToken> = []
    var full: Set<CallToken> = []
    var paused: Set<CallToken> = []

    mutating func answer(_ call: CallToken, _ reply: Reply) {
        checker.answered(call, reply.bytes)
        over.insert(call)
    }

    mutating func send(_ call: CallToken, _ reply: Reply) -> SendOutcome {
        checker.sent(call, reply.bytes)
        guard narrow.contains(call) else { return .sent }
        full.insert(call)
        checker.filled(call)
        return .full
    }

    mutating func end(_ call: CallToken, _ status: RPCStatus) {
        checker.ended(call, status)
        over.insert(call)
    }

    mutating func setInbound(_ call: CallToken, isPaused: Bool) {
        if isPaused { paused.insert(call) } else { paused.remove(call) }
    }

    mutating func respond(_ call: CallToken, _ page: EtcdHTTP.Answer) {
        checker.note("\(call): a page for a call of gRPC")
    }

    mutating func showMetrics(_ call: CallToken, _ store: StoreStatus) {
        checker.note("\(call): metrics for a call of gRPC")
    }

    mutating func submit(_ requests: [NodeRequest<Store>]) { self.requests += requests }

    mutating func stop(token: UInt64) {}
}

/// Sends back what it gets; a client that does not read is not listened to either.
struct EchoStream: StreamCall {
    private var waiting: [[UInt8]] = []
    private var isClosed = false

    mutating func received(_ message: UnsafeRawBufferPointer, _ node: LoopStatus, _ line: inout StreamLine) {
        waiting.append(Array(message))
        if line.isFull { line.pauseInbound() } else { flush(&line) }
    }

    mutating func halfClosed(_ node: LoopStatus, _ line: inout StreamLine) {
        isClosed = true
        if !line.isFull { flush(&line) }
    }

    mutating func drained(_ node: LoopStatus, _ line: inout StreamLine) {
        line.resumeInbound()
        flush(&line)
    }

    mutating func nodeChanged(_ node: LoopStatus, _ line: inout StreamLine) {}

    private mutating func flush(_ line: inout StreamLine) {
        for message in waiting { line.send(Reply(encoded: message)) }
        waiting = []
        if isClosed { line.finish() }
    }
}

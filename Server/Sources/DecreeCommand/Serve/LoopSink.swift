import Decree
import DecreeEtcd
import DecreeHTTP2
import DecreeRPC
import DecreeServer
import DecreeStore
import NIOCore

/// Where the services of one event loop send what they answer: messages and trailers to gRPC calls, pages to plain HTTP
/// requests, commands and queries to the node's port.
struct LoopSink: CallSink {
    private let loop: RPCLoop
    private let context: ServerContext
    private var counters = ClientCounters()
    /// Set once the port is open, before the first call.
    var port: StoreNode.Port?

    init(_ loop: RPCLoop, _ context: ServerContext) {
        self.loop = loop
        self.context = context
    }

    // MARK: gRPC

    func answer(_ call: CallToken, _ reply: Reply) {
        if let portions = reply.portions {
            loop.respond(CallID(call), size: reply.byteCount, from: ReplySource(portions))
        } else {
            loop.respond(CallID(call), size: reply.byteCount) { reply.write(to: $0) }
        }
    }

    func send(_ call: CallToken, _ reply: Reply) -> SendOutcome {
        guard loop.send(CallID(call), size: reply.byteCount, { reply.write(to: $0) }) else { return .gone }
        return loop.isFull(CallID(call)) ? .full : .sent
    }

    func end(_ call: CallToken, _ status: RPCStatus) { loop.finish(CallID(call), status) }

    func setInbound(_ call: CallToken, isPaused: Bool) { loop.setInbound(CallID(call), isPaused: isPaused) }

    // MARK: Plain HTTP

    func respond(_ call: CallToken, _ page: EtcdHTTP.Answer) {
        var fields = [HTTPField("content-type", page.contentType)]
        if let allow = page.allow { fields.append(HTTPField("allow", allow)) }
        loop.respond(CallID(call), HTTPResponse(status: page.code, fields: fields, body: page.body))
    }

    mutating func showMetrics(_ call: CallToken, _ store: StoreStatus) {
        noteCounters()
        let body = context.metrics.render(context.node.status, store)
        let type = HTTPField("content-type", "text/plain; version=0.0.4; charset=utf-8")
        loop.respond(CallID(call), HTTPResponse(status: 200, fields: [type], body: body))
    }

    /// Takes over what the services counted.
    mutating func noteCounters(_ services: ClientServices) {
        counters.healthSuccesses = services.healthSuccesses
        counters.healthFailures = services.healthFailures
        noteCounters()
    }

    private mutating func noteCounters() {
        counters.transport = loop.counters
        context.metrics.note(counters, of: loop.index)
    }

    // MARK: The node

    func submit(_ requests: [StoreNode.Request]) { port?.submit(requests) }

    func stop(token: UInt64) { port?.cancel(token: token) }
}

/// Makes a large reply as it leaves.
private final class ReplySource: MessageSource {
    private var portions: ReplyPortions

    init(_ portions: ReplyPortions) { self.portions = portions }

    func nextPiece() -> ByteBuffer {
        let count = portions.nextByteCount()
        var piece = ByteBufferAllocator().buffer(capacity: count)
        piece.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { room in
            portions.write(to: UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
            return count
        }
        return piece
    }
}

extension CallID {
    @inline(__always)
    init(_ call: CallToken) { self.init(rawValue: call.rawValue) }
}

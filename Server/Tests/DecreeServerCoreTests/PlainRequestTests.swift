import DecreeEtcd
import DecreeNode
import Foundation
import PaxosBase
import Testing

@testable import DecreeServer

@Suite("Plain requests") struct PlainRequestTests {
    private let healthy = Told.page(code: 200, #"{"health":"true","reason":""}"#)

    @Test("A probe says what the read says that it rests on, with a leader or without")
    func health() {
        var port = TestPort()
        let good = port.get("/health")
        port.run()
        port.stands(leader: nil)
        let leaderless = port.get("/health")
        let local = port.get("/health?serializable=true", place: 1)
        port.run()
        for call in [good, leaderless, local] { #expect(port.told(call) == [healthy]) }
        #expect(port.services.healthSuccesses == 3 && port.services.healthFailures == 0)
    }

    @Test("A probe whose read takes longer than probes wait is answered, and the read is stopped")
    func slowRead() {
        var port = TestPort()
        port.stands(leader: nil)
        let health = port.get("/health")
        port.step(.turnEnded)
        let deadline = port.now + .milliseconds(900)
        #expect(port.services.nextDeadline == deadline)
        port.now = deadline
        port.step(.timePassed)
        guard case .page(503, let text)? = port.told(health).first else { return #expect(Bool(false)) }
        #expect(text.contains("RAFT NO LEADER"))
        #expect(port.sink.stopped == [health.rawValue] && port.services.openCalls == 0)
        port.stands(leader: 1)
        let ready = port.get("/readyz")
        port.now = port.now + .milliseconds(900)
        port.step(.timePassed)
        guard case .page(503, let lines)? = port.told(ready).first else { return #expect(Bool(false)) }
        #expect(lines.contains("etcdserver: request timed out"))
        #expect(port.services.nextDeadline == nil)
    }

    @Test("A member whose full disk keeps it behind says so, to probes and to reads, and clients go elsewhere")
    func lagging() throws {
        var port = TestPort()
        let ready = port.get("/readyz")
        let range = try port.call(.range, EtcdRangeRequest.with { $0.key = Data([1]) }, place: 1)
        port.step(
            .completed([ready, range].map { .failed(token: $0.rawValue, .lagging) }))
        guard case .page(503, let lines)? = port.told(ready).first else { return #expect(Bool(false)) }
        #expect(lines.contains("the disk of this member is full"))
        guard case .end(let status)? = port.told(range).first else { return #expect(Bool(false)) }
        #expect(status.code == .unavailable && status.message.contains("ask another member"))
    }

    @Test("A read that fails makes the probe fail, with the reason")
    func failedRead() {
        var port = TestPort()
        let call = port.get("/readyz")
        port.step(.completed([.failed(token: call.rawValue, .timedOut)]))
        guard case .page(503, let text)? = port.told(call).first else { return #expect(Bool(false)) }
        #expect(text.contains("[-]linearizable_read failed: range error: etcdserver: request timed out"))
    }

    @Test("Metrics are shown once the store has said how it is, or say why not")
    func metrics() {
        var port = TestPort()
        let call = port.get("/metrics")
        port.run()
        #expect(port.told(call) == [.metrics])
        let failed = port.get("/metrics")
        port.step(.completed([.failed(token: failed.rawValue, .stopped)]))
        #expect(port.told(failed) == [.page(code: 503, "etcdserver: server stopped\n")])
        #expect(port.services.openCalls == 0)
    }

    @Test("Strange paths and methods are told so")
    func strangers() {
        var port = TestPort()
        let strange = port.get("/nothing")
        #expect(port.told(strange) == [.page(code: 404, "404 page not found\n")])
        let posted = port.get("/health", method: "POST")
        #expect(port.told(posted) == [.page(code: 405, "Method Not Allowed\n")])
    }
}

import DecreeEtcd
import DecreeNode
import PaxosBase
import Testing

@testable import DecreeServer

@Suite("Plain requests") struct PlainRequestTests {
    @Test("A probe rests on a read; without a leader it is told at once, because the barrier would take longer")
    func health() {
        var port = TestPort()
        let good = port.get("/health")
        port.run()
        #expect(port.told(good) == [.page(code: 200, #"{"health":"true","reason":""}"#)])
        port.stands(leader: nil)
        let bad = port.get("/health")
        guard case .page(503, _)? = port.told(bad).first else { return #expect(Bool(false)) }
        let local = port.get("/health?serializable=true")
        port.run()
        #expect(port.told(local) == [.page(code: 200, #"{"health":"true","reason":""}"#)])
        #expect(port.services.healthSuccesses == 2 && port.services.healthFailures == 1)
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

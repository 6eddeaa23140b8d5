import DecreeEtcd
import DecreeNode
import DecreeRPC
import Foundation
import PaxosBase
import Testing

@testable import DecreeServer

/// Sends back what it gets, at most two messages ahead of what the client reads, and how many there were at the end.
private struct Echo: StreamCall {
    private var waiting: [[UInt8]] = []
    private var count = 0
    private var isClosed = false

    mutating func received(
        _ message: UnsafeRawBufferPointer, _ node: LoopStatus, _ line: inout StreamLine
    ) throws(RPCStatus) {
        guard message.count < 10 else { throw RPCStatus(.invalidArgument, "too long") }
        count += 1
        waiting.append(Array(message))
        if waiting.count > 1 { line.pauseInbound() }
        if !line.isFull { flush(&line) }
    }

    mutating func halfClosed(_ node: LoopStatus, _ line: inout StreamLine) {
        isClosed = true
        if !line.isFull { flush(&line) }
    }

    mutating func drained(_ node: LoopStatus, _ line: inout StreamLine) { flush(&line) }

    mutating func nodeChanged(_ node: LoopStatus, _ line: inout StreamLine) throws(RPCStatus) {
        if node.leader == nil { throw EtcdError.noLeader.status }
    }

    private mutating func flush(_ line: inout StreamLine) {
        for message in waiting { line.send(Reply(encoded: message)) }
        if waiting.count > 1 { line.resumeInbound() }
        waiting = []
        if isClosed { line.finish(RPCStatus(.ok, "\(count)")) }
    }
}

@Suite("Calls of several messages") struct StreamTests {
    private func port() -> TestPort {
        TestPort(ClientServices.Settings(streams: [.watch: { Echo() }]))
    }

    private func send(_ text: String, on call: CallToken, _ port: inout TestPort) {
        Array(text.utf8).withUnsafeBytes { port.step(.received(call, message: $0)) }
    }

    private func message(_ text: String) -> Told { .message(Array(text.utf8)) }

    @Test("Messages go both ways until the client has closed its side and the trailers follow the last answer")
    func bothWays() {
        var port = port()
        let call = port.token()
        port.step(.opened(call, .watch, .plain))
        send("a", on: call, &port)
        send("b", on: call, &port)
        #expect(port.told(call) == [message("a"), message("b")])
        port.step(.halfClosed(call))
        #expect(port.told(call).last == .end(RPCStatus(.ok, "2")) && port.services.openCalls == 0)
        send("c", on: call, &port)
        #expect(port.told(call).count == 3, "a call that has ended hears nothing")
    }

    @Test("A client that does not read is paused, and both go on when the line has drained")
    func backPressure() {
        var port = port()
        let call = port.token()
        port.step(.opened(call, .watch, .plain))
        port.sink.narrow = [call]
        for text in ["a", "b", "c"] { send(text, on: call, &port) }
        #expect(port.told(call) == [message("a"), .paused])
        port.step(.halfClosed(call))
        port.sink.narrow = []
        port.step(.drained(call))
        #expect(port.told(call) == [message("a"), .paused, message("b"), message("c"), .end(RPCStatus(.ok, "3"))])
    }

    @Test("What a stream throws ends it, others go on")
    func failing() {
        var port = port()
        let (first, second) = (port.token(place: 0), port.token(place: 1))
        for call in [first, second] { port.step(.opened(call, .watch, .plain)) }
        send("much too long", on: first, &port)
        #expect(port.told(first) == [.end(RPCStatus(.invalidArgument, "too long"))])
        #expect(port.services.openCalls == 1)
        port.stands(leader: nil)
        #expect(port.told(second) == [.end(EtcdError.noLeader.status)])
        #expect(port.services.openCalls == 0)
    }

    @Test("A call that turns out to be gone when it is sent to is forgotten")
    func gone() {
        var port = port()
        let call = port.token()
        port.step(.opened(call, .watch, .plain))
        port.sink.broken = [call]
        send("a", on: call, &port)
        #expect(port.services.openCalls == 0 && port.told(call).isEmpty)
    }

    @Test("Methods of several messages that nobody serves are refused when they are opened")
    func notServed() {
        var port = port()
        let call = port.token()
        port.step(.opened(call, .leaseKeepAlive, .plain))
        #expect(port.told(call) == [.end(.notServed(EtcdMethod.leaseKeepAlive.path))])
    }
}

@Suite("The health watch") struct HealthWatchTests {
    private func watch(_ port: inout TestPort, _ service: String = "", place: Int = 0) throws -> CallToken {
        try port.call(.healthWatch, GRPCHealthCheckRequest.with { $0.service = service }, place: place)
    }

    private func message(_ state: ServingState) -> Told { .message(Reply(state).bytes) }

    @Test("It tells the state at once and again when it changes: when reads fail, and when the node says so")
    func changes() throws {
        var port = TestPort()
        let call = try watch(&port)
        #expect(port.told(call) == [message(.serving)])
        for leader: UInt64? in [1, 2, nil, 1] {
            port.stands(leader: leader)
            port.run()
        }
        #expect(port.told(call).count == 1, "another leader serves as well, and reads that succeed need none")
        port.stands(leader: nil)
        port.failReads()
        port.stands(leader: 1)
        port.run()
        port.stands(leader: 1, phase: .halted)
        #expect(port.told(call) == [.serving, .notServing, .serving, .notServing].map(message))
    }

    @Test("A read that has no answer for long fails; the next one is tried when it has ended")
    func silence() throws {
        var port = TestPort()
        let call = try watch(&port)
        port.step(.turnEnded)
        #expect(port.sink.requests.count == 1)
        for _ in 0..<4 {
            port.now = port.now + .milliseconds(500)
            port.step(.timePassed)
        }
        #expect(port.told(call) == [message(.serving), message(.notServing)])
        #expect(port.sink.requests.count == 1)
        port.run()
        #expect(port.told(call).last == message(.serving))
    }

    @Test("A client that does not read is told the newest state once it does")
    func slowClient() throws {
        var port = TestPort()
        let call = port.token()
        port.sink.narrow = [call]
        try port.send(GRPCHealthCheckRequest()) { bytes, port in
            port.step(.called(call, .healthWatch, .plain, message: bytes))
        }
        port.stands(leader: nil)
        port.failReads()
        port.stands(leader: 1)
        port.run()
        port.stands(leader: nil)
        port.failReads()
        #expect(port.told(call) == [message(.serving)])
        port.step(.drained(call))
        #expect(port.told(call) == [message(.serving), message(.notServing)])
    }

    @Test("A check is answered by a read")
    func check() throws {
        var port = TestPort()
        port.stands(leader: nil)
        let good = try port.call(.healthCheck, GRPCHealthCheckRequest())
        port.run()
        #expect(port.told(good) == [message(.serving), .end(.ok)])
        let bad = try port.call(.healthCheck, GRPCHealthCheckRequest())
        port.now = port.now + .milliseconds(900)
        port.step(.timePassed)
        #expect(port.told(bad) == [message(.notServing), .end(.ok)])
        let unknown = try port.call(.healthCheck, GRPCHealthCheckRequest.with { $0.service = "x" })
        guard case .end(let status)? = port.told(unknown).first else { return #expect(Bool(false)) }
        #expect(status.code == .notFound && port.services.openCalls == 0)
    }

    @Test("While somebody watches, the services want to hear twice a second how the node stands, and not any longer")
    func looks() throws {
        var port = TestPort()
        #expect(port.services.nextDeadline == nil)
        let call = try watch(&port)
        let look = try #require(port.services.nextDeadline)
        #expect(look == port.now + .milliseconds(500))
        port.now = look
        port.step(.timePassed)
        #expect(port.services.nextDeadline == look + .milliseconds(500))
        port.step(.cancelled(call))
        port.now = look + .milliseconds(500)
        port.step(.timePassed)
        #expect(port.services.nextDeadline == nil)
    }

    @Test("An unknown service stays unknown; when the port closes, all watches end, and later ones are refused")
    func ends() throws {
        var port = TestPort()
        let known = try watch(&port)
        let unknown = try watch(&port, "x", place: 1)
        port.stands(leader: nil)
        #expect(port.told(unknown) == [message(.unknownService)])
        port.step(.stopping)
        for call in [known, unknown] { #expect(port.told(call).last == .end(EtcdError.stopped.status)) }
        let late = try watch(&port)
        #expect(port.told(late) == [.end(EtcdError.stopped.status)])
        #expect(port.services.openCalls == 0 && port.services.nextDeadline == nil)
    }
}

import DecreeEtcd
import DecreeNode
import DecreeStore
import Foundation
import PaxosBase
import Testing

@testable import DecreeServer

private func put(_ key: String, _ value: String = "v") -> EtcdPutRequest {
    .with {
        $0.key = Data(key.utf8)
        $0.value = Data(value.utf8)
    }
}

private func range(_ key: String) -> EtcdRangeRequest { .with { $0.key = Data(key.utf8) } }

@Suite("Calls of one message") struct UnaryCallTests {
    @Test("A put is answered with what the store yields, a range with what it finds, and then nobody is open")
    func putAndRange() throws {
        var port = TestPort()
        let write = try port.call(.put, put("a"))
        #expect(port.sink.requests.isEmpty, "requests leave when the turn ends")
        port.run()
        let read = try port.call(.range, range("a"), place: 1)
        port.run()
        #expect(try port.reply(write, EtcdPutResponse.self)?.header.revision == 2)
        let answer = try #require(try port.reply(read, EtcdRangeResponse.self))
        #expect(answer.kvs.map(\.value) == [Data("v".utf8)] && answer.header.raftTerm == 3)
        #expect(answer.header.clusterID == 7 && answer.header.memberID == 1)
        #expect(port.services.openCalls == 0)
    }

    @Test("A request that is refused before the node hears of it ends at once, with etcd's words")
    func refused() throws {
        var port = TestPort()
        let call = try port.call(.put, put(""))
        #expect(port.told(call) == [.end(EtcdError.emptyKey.status)])
        let unknown = try port.call(.leaseGrant, EtcdLeaseGrantRequest())
        #expect(port.told(unknown) == [.end(.notServed(EtcdMethod.leaseGrant.path))])
        #expect(port.services.openCalls == 0)
    }

    @Test("A caller that wants a leader is refused while there is none; so is one whose version is no text")
    func metadata() throws {
        var port = TestPort()
        port.stands(leader: nil)
        let wary = try port.call(.put, put("a"), Caller(requiresLeader: true))
        #expect(port.told(wary) == [.end(EtcdError.noLeader.status)])
        let garbled = try port.call(.put, put("a"), Caller(hasMalformedVersion: true))
        #expect(port.told(garbled) == [.end(EtcdError.invalidClientVersion.status)])
    }

    @Test("A failure of the node is told in etcd's words, and as a failed leader only while there is none")
    func failures() throws {
        var port = TestPort()
        let first = try port.call(.put, put("a"))
        port.step(.completed([.failed(token: first.rawValue, .unknownOutcome)]))
        #expect(port.told(first) == [.end(EtcdError.timeout.status)])
        port.stands(leader: nil)
        let second = try port.call(.put, put("a"))
        port.step(.completed([.failed(token: second.rawValue, .unknownOutcome)]))
        #expect(port.told(second) == [.end(EtcdError.timeoutLeaderFailed.status)])
    }

    @Test("A completion for a call that is gone, or whose place another call has, reaches nobody")
    func lateCompletions() throws {
        var port = TestPort()
        let first = try port.call(.put, put("a"))
        port.step(.turnEnded)
        port.step(.cancelled(first))
        let second = try port.call(.range, range("a"))
        port.run()
        #expect(port.told(first).isEmpty)
        #expect(try port.reply(second, EtcdRangeResponse.self)?.count == 1)
        port.step(.completed([.failed(token: second.rawValue, .timedOut)]))
        #expect(port.told(second).count == 2, "one outcome each")
    }

    @Test("What is given up within the turn never reaches the node; of what it has, only reads are stopped")
    func cancellation() throws {
        var port = TestPort()
        let early = try port.call(.put, put("a"))
        port.step(.cancelled(early))
        port.step(.turnEnded)
        #expect(port.sink.requests.isEmpty && port.sink.stopped.isEmpty)
        let read = try port.call(.range, range("a"), place: 1)
        let write = try port.call(.put, put("b"), place: 2)
        port.step(.turnEnded)
        port.step(.cancelled(read))
        port.step(.cancelled(write))
        port.step(.turnEnded)
        #expect(port.sink.stopped == [read.rawValue])
        #expect(port.services.openCalls == 0)
    }

    @Test("A completion of the wrong kind ends its call with an error instead of leaving it open")
    func strayed() throws {
        var port = TestPort()
        let call = try port.call(.put, put("a"))
        port.step(
            .completed([.answer(token: call.rawValue, StoreAnswer(revision: .zero, outcome: .members([])))]))
        guard case .end(let status)? = port.told(call).first else { return #expect(Bool(false)) }
        #expect(status.code == .internalError && port.services.openCalls == 0)
    }

    @Test("A physical compaction waits for the old data to be gone, and looks again after 5 ms")
    func physicalCompaction() throws {
        var port = TestPort()
        for _ in 0..<600 {
            _ = try port.call(.put, put("a"))
            port.run()
        }
        let request = EtcdCompactionRequest.with {
            $0.revision = 601
            $0.physical = true
        }
        let call = try port.call(.compact, request, place: 1)
        port.run()
        port.run()
        #expect(port.told(call).isEmpty && port.services.openCalls == 1)
        let look = try #require(port.services.nextDeadline)
        #expect(look == port.now + .milliseconds(5))
        port.step(.timePassed)
        #expect(port.sink.requests.isEmpty, "not before its time")
        while port.store.performMaintenance() {}
        port.now = look
        port.step(.timePassed)
        port.run()
        #expect(try port.reply(call, EtcdCompactionResponse.self)?.header.revision == 601)
        #expect(port.services.nextDeadline == nil && port.services.openCalls == 0)
    }

    @Test("A question how far a compaction has come that the node did not take is asked again; other failures are told")
    func compactionAskedAgain() throws {
        var port = TestPort()
        _ = try port.call(.put, put("a"))
        port.run()
        let request = EtcdCompactionRequest.with {
            $0.revision = 2
            $0.physical = true
        }
        let call = try port.call(.compact, request, place: 1)
        port.run()
        port.step(.completed([.failed(token: call.rawValue, .overloaded)]))
        #expect(port.services.nextDeadline == port.now + .milliseconds(50))
        port.now = port.now + .milliseconds(50)
        port.step(.timePassed)
        port.step(.completed([.failed(token: call.rawValue, .stopped)]))
        // It is done: whether all is gone is what nobody knows.
        #expect(port.told(call) == [.end(EtcdError.timeout.status)])
    }

    @Test("The list of members joins who belongs to the cluster with what they said of themselves")
    func members() throws {
        var port = TestPort()
        let said = MemberAttributes(memberID: 2, name: "two", clientURLs: ["http://c"])
        port.step(.turnEnded)
        var outputs: [StoreOutput] = []
        port.store.apply(
            [.init(slot: .init(1), payload: StoreOperation.publishMember(said).encode(), isAwaited: false)],
            into: &outputs)
        let call = try port.call(.memberList, EtcdMemberListRequest())
        port.run()
        let list = try #require(try port.reply(call, EtcdMemberListResponse.self))
        #expect(list.members.map(\.name) == ["", "two"] && list.members.map(\.id) == [1, 2])
        #expect(list.members[0].peerUrls == ["http://h:1"] && list.members[1].clientUrls == ["http://c"])
    }

    @Test("The status joins the store's with the node's")
    func status() throws {
        var port = TestPort()
        let call = try port.call(.status, EtcdStatusRequest())
        port.run()
        let status = try #require(try port.reply(call, EtcdStatusResponse.self))
        #expect(status.leader == 1 && status.raftTerm == 3 && status.errors.isEmpty)
    }
}

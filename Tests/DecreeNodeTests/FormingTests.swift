import DecreeWire
import PaxosBase
import PaxosLog
import Testing

@testable import DecreeNode

@Suite("Forming a cluster")
struct FormingTests {
    private func hello(from node: Int, isFormed: Bool = false) -> Hello {
        Bench.greeting(node, of: 3, isFormed: isFormed).hello(to: NodeID(1), connection: .bulk)
    }

    @Test("A lone node takes part only once its identity is on disk")
    func aloneWaitsForDisk() {
        var bench = Bench(isFormed: false)
        #expect(bench.identities.map { $0.formed?.count } == [1])
        bench.turn()
        #expect(bench.underWay.isEmpty && bench.core.phase == .forming)
        bench.step(.identityRecorded(bench.identities[0]))
        bench.turn()
        #expect(!bench.underWay.isEmpty && bench.core.phase == .serving)
    }

    @Test("Who dials is not believed: it neither counts as an answer nor raises an incarnation")
    func whoDials() {
        var bench = Bench(of: 3, isFormed: false)
        for node in 2...3 { bench.step(.greeted(hello(from: node), isAnswer: false)) }
        #expect(bench.identities.isEmpty)
        var later = hello(from: 2)
        later.incarnation = Incarnation(.max)
        bench.step(.greeted(later, isAnswer: false))
        #expect(bench.core.greeting.judge(hello(from: 2)) == nil)
        bench.step(.greeted(later, isAnswer: true))
        #expect(bench.core.greeting.judge(hello(from: 2))?.code == .otherStore)
    }

    @Test("A node of three takes part only when both others have answered and that is recorded")
    func allMustAnswer() {
        var bench = Bench(of: 3, isFormed: false)
        #expect(bench.notices == [.awaitingMembers])
        bench.step(.greeted(hello(from: 2), isAnswer: true))
        bench.step(.greeted(hello(from: 2), isAnswer: true))
        #expect(bench.identities.isEmpty)
        bench.step(.greeted(hello(from: 3), isAnswer: true))
        #expect(bench.identities.map { $0.formed?.map(\.store) } == [Bench.stores])
        #expect(!bench.core.isFormed)
        bench.step(.received([], from: NodeID(2)))
        bench.step(.identityRecorded(bench.identities[0]))
        #expect(bench.core.isFormed)
        #expect(bench.notices.last == .formed([NodeID(1), NodeID(2), NodeID(3)]))
    }

    @Test("The first durable write counts only once it is recorded that the journal has begun")
    func begunBeforeFirstWrite() {
        var bench = Bench(isFormed: false)
        bench.step(.identityRecorded(bench.identities[0]))
        bench.turn()
        let first = bench.underWay[0]
        bench.step(.written(first.group, first.id))
        #expect(bench.identities.last?.hasBegun == true && bench.identities.count == 2)
        bench.turn()
        #expect(bench.underWay.count == 1, "the replica does not know that its first write is durable")
        bench.step(.identityRecorded(bench.identities[1]))
        bench.run(for: .seconds(2))
        let leads = bench.core.groups[0].isLeading
        #expect(leads)
        #expect(bench.identities.count == 2, "it is recorded once")
    }

    @Test("What is wanted while a record is under way is recorded behind it")
    func oneRecordAtATime() {
        var recording = IdentityRecording(recorded: Bench.identity(1, of: 1, isFormed: false))
        let first = recording.want { $0.formed = [] }
        #expect(first?.formed != nil && first?.hasBegun == false)
        #expect(recording.want { $0.hasBegun = true } == nil)
        let second = recording.recorded(first!)
        #expect(second?.hasBegun == true)
        #expect(recording.recorded(second!) == nil)
    }

    @Test("A disk that was full before the cluster was formed is full for its replicas, which refuse commands")
    func fullBeforeFormed() {
        var bench = Bench(isFormed: false)
        bench.step(.journalFull(true))
        bench.step(.identityRecorded(bench.identities[0]))
        bench.turn(bench.group.openPort(), .command(Payload("x".utf8), token: 1))
        #expect(bench.takeCompleted() == ["1: \(RequestFailure.journalFull)"])
    }

    @Test("An identity that cannot be recorded ends the node")
    func faultEnds() {
        var bench = Bench(isFormed: false)
        bench.core.step(.identityNotRecorded(reason: "no space"), at: bench.now, into: &bench.effects)
        #expect(bench.effects.fault == .identityNotRecorded(reason: "no space"))
        bench.effects.removeAll()
        bench.step(.identityRecorded(bench.identities[0]))
        bench.turn()
        #expect(bench.core.phase == .stopped && bench.underWay.isEmpty)
    }

    @Test("Messages of peers mean nothing before the cluster is formed")
    func deafBeforeFormed() {
        var bench = Bench(of: 3, isFormed: false)
        let ballot = Ballot(configuration: ConfigurationNumber(1), round: 1, node: NodeID(2))
        let prepare = Prepare(ballot: ballot, watermark: .zero, attempt: 1)
        let envelope = Envelope(
            group: GroupID(1), configuration: ConfigurationNumber(1), message: .prepare(prepare))
        bench.step(.received([envelope], from: NodeID(2)))
        bench.turn()
        #expect(bench.underWay.isEmpty && bench.sends.isEmpty)
    }
}

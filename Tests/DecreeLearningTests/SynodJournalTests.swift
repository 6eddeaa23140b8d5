import DecreeSimulator
import PaxosBase
import PaxosSynod
import Testing

@testable import DecreeLearning

@Suite("A Synod's process in a journal")
struct SynodJournalTests {
    private static let proposal = Proposal(
        ballot: Ballot(number: 3, identity: NodeID(2)), value: Payload("a value".utf8))
    private static let records: [SynodRecord] = [
        .promised(Ballot(number: 3, identity: NodeID(2))), .accepted(proposal),
        .promised(Ballot(number: 5, identity: NodeID(1))), .stood(Ballot(number: 9, identity: NodeID(4))),
    ]

    /// Writes each record by itself.
    private static func written(_ count: Int) -> JournaledDisk {
        var disk = JournaledDisk(of: NodeID(4))
        _ = disk.open()
        for (place, record) in records.prefix(count).enumerated() {
            disk.write([record], SynodWrite(UInt64(place + 1)))
            var durable = SynodWrite.zero
            while durable < SynodWrite(UInt64(place + 1)) { durable = disk.sync() ?? durable }
        }
        return disk
    }

    @Test("What was written is what a process begins with", arguments: 0...4)
    func roundTrip(count: Int) {
        var disk = Self.written(count)
        var choices = Choices(seed: 1)
        disk.crash(&choices)
        var expected = SynodState()
        for record in Self.records.prefix(count) { expected.absorb(record) }
        #expect(disk.open() == expected)
    }

    @Test("A write that was not synced is there or not, and what was durable is there", arguments: UInt64(1)...40)
    func torn(seed: UInt64) {
        var disk = Self.written(1)
        disk.write([.accepted(Self.proposal)], SynodWrite(2))
        var choices = Choices(seed: seed)
        for _ in 0..<choices.below(3) where disk.isBusy { _ = disk.sync() }
        disk.crash(&choices)
        let state = disk.open()
        #expect(state.promised == Self.proposal.ballot)
        #expect(state.accepted == nil || state.accepted == Self.proposal)
    }
}

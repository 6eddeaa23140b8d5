import PaxosBase
import PaxosLog
import Testing

@testable import DecreeNode

@Suite("What a node may start from")
struct RestoreTests {
    private let members = [NodeID(1), NodeID(2), NodeID(3)]
    private let identity = Bench.identity(1, of: 3, isFormed: true)

    private func durable(_ records: [Record]) -> DurableState {
        var state = DurableState()
        for record in [.incarnation(Incarnation(1))] + records { state.absorb(record) }
        return state
    }

    private func check(_ state: DurableState, snapshot slot: UInt64? = nil, members recorded: [NodeID]? = nil) throws {
        let metadata = slot.map {
            SnapshotMetadata(
                applied: Slot($0),
                configuration: Configuration(number: ConfigurationNumber(1), members: recorded ?? members), origins: [])
        }
        let start = GroupStart(
            number: GroupID(1), durable: state, snapshot: metadata.map { .init(metadata: $0, byteCount: 1) }, seed: 1)
        try start.check(identity: identity, members: members)
    }

    @Test("Snapshot and journal that meet are enough")
    func meet() throws {
        let tail: [Record] = [
            .learned(Slot(4), .noOp), .learned(Slot(5), .noOp), .chosen(through: Slot(5)),
        ]
        try check(durable(tail + [.trimmed(through: Slot(3))]), snapshot: 3)
        try check(durable([]))
    }

    @Test("A slot that was chosen and is in neither is missed")
    func gap() {
        let state = durable([.learned(Slot(1), .noOp), .learned(Slot(3), .noOp), .chosen(through: Slot(3))])
        #expect(throws: RestoreFinding.gap(Slot(2), watermark: Slot(3))) { try check(state) }
        #expect(throws: Never.self) { try check(state, snapshot: 2) }
    }

    @Test("A journal that begins behind the snapshot's end is refused")
    func tooOld() {
        let state = durable([.trimmed(through: Slot(7))])
        #expect(throws: RestoreFinding.snapshotTooOld(reach: Slot(6), trimmed: Slot(7))) {
            try check(state, snapshot: 6)
        }
    }

    @Test("A directory that had a journal and has none is refused")
    func journalIsGone() {
        #expect(throws: RestoreFinding.journalIsGone) { try check(DurableState()) }
    }

    @Test("A snapshot of other members is refused")
    func otherMembers() {
        #expect(throws: RestoreFinding.membersDiffer(recorded: [NodeID(1)])) {
            try check(durable([]), snapshot: 1, members: [NodeID(1)])
        }
    }

    // MARK: Which snapshot

    private func metadata(_ slot: UInt64) -> SnapshotMetadata {
        SnapshotMetadata(
            applied: Slot(slot), configuration: Configuration(number: ConfigurationNumber(1), members: members),
            origins: [])
    }

    @Test("The newest snapshot is tried first, and no other once it is restored")
    func newestFirst() {
        var plan = RestorePlan(slots: [Slot(3), Slot(9), Slot(5)])
        #expect(plan.next == Slot(9))
        plan.restored(metadata(9), byteCount: 1)
        #expect(plan.next == nil && plan.snapshot?.metadata.applied == Slot(9))
        #expect(!plan.needsNewMachine && plan.damaged.isEmpty)
    }

    @Test("An older one is tried when the newest cannot be used; only damaged ones are set aside")
    func olderOnes() {
        var plan = RestorePlan(slots: [Slot(9), Slot(5), Slot(3)])
        plan.skip("a checksum does not match", isDamaged: true)
        #expect(plan.next == Slot(5))
        plan.skip("may not be read", isDamaged: false)
        #expect(plan.next == Slot(3))
        plan.restored(metadata(3), byteCount: 1)
        #expect(plan.damaged == [Slot(9)] && plan.skipped.count == 2 && !plan.needsNewMachine)
    }

    @Test("When none can be used, the machine is made anew: it may hold a part of one")
    func noneIsLeft() {
        var plan = RestorePlan(slots: [Slot(5)])
        #expect(!plan.needsNewMachine)
        plan.skip("a checksum does not match", isDamaged: true)
        #expect(plan.next == nil && plan.snapshot == nil && plan.needsNewMachine)
    }
}

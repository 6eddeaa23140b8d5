import DecreeJournal
import PaxosBase
import PaxosLog
import PaxosSynod

/// A Synod's process in a journal: what it must not forget, as records of a log that ends at its first slot.
///
/// A log is one Synod after another, so the journal's records say it all: the promise is the log's, the accepted proposal is
/// that of slot 1, and the number of a proposer's ballot, never to be used again, is what an incarnation is to a
/// node. The journal guards exactly these: a promise or an incarnation that was acknowledged never gets lost unnoticed.
public enum SynodJournal {
    /// Where the records stand.
    public static let group = GroupID(0)
    private static let slot = Slot(1)
    /// A value belongs to its ballot, not to a client's sequence.
    private static let origin = Origin(node: NodeID(0), incarnation: Incarnation(0), sequence: 0)

    /// What to hand to the journal.
    public static func batch(_ records: [SynodRecord], write: SynodWrite) -> JournalBatch {
        JournalBatch(group: group, id: WriteID(write.rawValue), records: records.map(record))
    }

    /// What the process is to be told when the journal says that these are durable; nil when none is its own.
    public static func written(_ writes: [DurableWrite]) -> SynodWrite? {
        writes.first { $0.group == group }.map { SynodWrite($0.id.rawValue) }
    }

    /// What the process begins with.
    /// - Parameter identity: Of the process, whose ballots the numbers are.
    public static func state(of identity: NodeID, in recovered: RecoveredJournal) -> SynodState {
        let durable = recovered.state(of: group)
        var state = SynodState()
        if durable.promised > .zero { state.absorb(.promised(durable.promised)) }
        if let slot = durable.slots[slot], case .command(let command) = slot.entry {
            state.absorb(.accepted(Proposal(ballot: slot.ballot, value: command.payload)))
        }
        if durable.incarnation > Incarnation(0) {
            state.absorb(.stood(Ballot(number: durable.incarnation.rawValue, identity: identity)))
        }
        return state
    }

    private static func record(_ record: SynodRecord) -> Record {
        switch record {
        case .promised(let ballot): .promised(ballot)
        case .accepted(let proposal):
            .accepted(slot, proposal.ballot, .command(Command(origin: origin, payload: proposal.value)))
        case .stood(let ballot): .incarnation(Incarnation(ballot.round))
        }
    }
}

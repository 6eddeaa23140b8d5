import PaxosBase
import PaxosLog

/// What every segment must begin with, so that earlier ones may go: all that a group's records say beside the slots.
struct GroupMark: Hashable {
    let group: GroupID
    var incarnation = Incarnation(0)
    var promised = Ballot.zero
    var watermark = Slot.zero
    var trimmed = Slot.zero

    init(group: GroupID) { self.group = group }

    init(group: GroupID, state: DurableState) {
        self.group = group
        incarnation = state.incarnation
        promised = state.promised
        watermark = state.watermark
        trimmed = state.trimmed
    }

    /// Takes in a record.
    /// - Returns: The slot that the record is about, if it is about one.
    @inline(__always)
    mutating func note(_ record: Record) -> Slot? {
        switch record {
        case .accepted(let slot, let ballot, _):
            if ballot > promised { promised = ballot }
            return slot
        case .learned(let slot, _): return slot
        case .incarnation(let incarnation): self.incarnation = max(self.incarnation, incarnation)
        case .promised(let ballot): promised = max(promised, ballot)
        case .chosen(let through): watermark = max(watermark, through)
        case .trimmed(let through):
            trimmed = max(trimmed, through)
            watermark = max(watermark, through)
        }
        return nil
    }

    /// The records that say the same.
    var checkpoint: [Record] {
        var records: [Record] = []
        if incarnation > Incarnation(0) { records.append(.incarnation(incarnation)) }
        if promised > .zero { records.append(.promised(promised)) }
        if trimmed > .zero { records.append(.trimmed(through: trimmed)) }
        if watermark > trimmed { records.append(.chosen(through: watermark)) }
        return records
    }
}

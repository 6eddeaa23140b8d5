import DecreeWire
import PaxosBase
import PaxosLog

/// The states of all groups, as the records read so far make them.
struct RecordFold {
    /// Ascending by group.
    private(set) var groups: [GroupID] = []
    private(set) var states: [DurableState] = []
    private var latest = 0

    /// Folds in the records of a batch and notes their slots.
    mutating func absorb(
        _ payload: UnsafeRawBufferPointer, count: Int, into index: inout SegmentIndex
    ) throws(WireError) {
        try RecordCodec.decode(payload, count: count) { group, record in
            switch record {
            case .accepted(let slot, _, _), .learned(let slot, _): index.note(group, slot)
            case .incarnation, .promised, .chosen, .trimmed: break
            }
            states[position(of: group)].absorb(record)
        }
    }

    @inline(__always)
    private mutating func position(of group: GroupID) -> Int {
        if latest < groups.count, groups[latest] == group { return latest }
        latest = groups.firstIndex { $0 >= group } ?? groups.count
        if latest == groups.count || groups[latest] != group {
            groups.insert(group, at: latest)
            states.insert(DurableState(), at: latest)
        }
        return latest
    }
}

import PaxosBase
import PaxosLog

/// What a journal holds when it is opened.
public struct RecoveredJournal: Sendable {
    /// The machine that goes on writing; its first event is `opened`.
    public var core: JournalCore
    /// Ascending by group.
    public let groups: [RecoveredGroup]
    /// There was no journal. Whether that may be is for the host to say, from its identity file.
    public let isNew: Bool
    /// The beginning of a batch that was never acknowledged was cut off.
    public let tornTail: TornTail?
    /// It was closed: nothing was on its way when it ended.
    public let endedCleanly: Bool
    public let summary: RecoverySummary

    /// The fold of a group's records; empty for a group that has none.
    public func state(of group: GroupID) -> DurableState {
        groups.first { $0.group == group }?.state ?? DurableState()
    }
}

public struct RecoveredGroup: Sendable {
    public let group: GroupID
    public let state: DurableState

    public init(group: GroupID, state: DurableState) {
        self.group = group
        self.state = state
    }
}

/// Where a batch that a crash left unfinished begins. What is written next replaces it.
public struct TornTail: Hashable, Sendable {
    public let segment: SegmentNumber
    /// In bytes from the beginning of the file.
    public let offset: Int
}

/// How much recovery read.
public struct RecoverySummary: Hashable, Sendable {
    public internal(set) var segments = 0
    public internal(set) var batches = 0
    public internal(set) var records = 0
    /// Of segment files, used or not.
    public internal(set) var byteCount = 0
}

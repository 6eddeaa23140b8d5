/// All changes from the compaction floor on, in order: from a revision to the versions that it made.
///
/// What watches replay, compaction walks along, and counts at old revisions are corrected by. Positions count from the
/// first change that the log ever held, and stay valid while their change is held.
struct RevisionLog: ~Copyable {
    private static let chunkShift = 12
    private static let chunkCapacity = 1 << chunkShift

    private var chunks: [UnsafeMutablePointer<Version>] = []
    /// How many chunks were dropped before the first one held.
    private var droppedChunks = 0
    private(set) var first = 0
    private(set) var end = 0

    init() {}

    deinit { for chunk in chunks { chunk.deallocate() } }

    var count: Int { end - first }

    var byteCount: Int { chunks.count * Self.chunkCapacity * MemoryLayout<Version>.stride }

    @inline(__always)
    subscript(position: Int) -> Version {
        chunks[position >> Self.chunkShift &- droppedChunks][position & (Self.chunkCapacity &- 1)]
    }

    @inline(__always)
    mutating func append(_ version: Version) {
        if end >> Self.chunkShift &- droppedChunks == chunks.count {
            chunks.append(.allocate(capacity: Self.chunkCapacity))
        }
        chunks[end >> Self.chunkShift &- droppedChunks][end & (Self.chunkCapacity &- 1)] = version
        end &+= 1
    }

    /// Forgets all changes before `position`.
    mutating func drop(before position: Int) {
        first = position
        let emptied = position >> Self.chunkShift - droppedChunks
        guard emptied > 0 else { return }
        for chunk in chunks[..<emptied] { chunk.deallocate() }
        chunks.removeFirst(emptied)
        droppedChunks += emptied
    }

    /// The position of the first change after `revision`; ``end`` when there is none.
    func firstPosition(after revision: Int64) -> Int {
        var low = first
        var high = end
        while low < high {
            let middle = (low + high) >> 1
            if self[middle].modRevision <= revision { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

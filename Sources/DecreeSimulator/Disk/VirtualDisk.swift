import DecreeJournal
import PaxosBase

/// A disk that remembers what a crash may take from it.
///
/// A write is visible at once and safe once its sync was answered; a crash before that keeps each of its sectors or
/// loses it, as chance has it. Files are made, renamed and removed in one piece, before a crash or not at all.
struct VirtualDisk {
    /// What a crash did to the write that was under way.
    enum Aftermath {
        case nothingUnderWay
        case allLost
        case torn
        case allKept
    }

    /// A file operation that was begun and not answered yet.
    enum FileOperation {
        case prepare(SegmentNumber, byteCount: Int, recycling: SegmentNumber?)
        case remove(SegmentNumber)
    }

    private struct Unsynced {
        let segment: SegmentNumber
        let offset: Int
        let former: [UInt8]
    }

    static let sectorBytes = 512

    /// Ascending by number.
    private(set) var segments: [(number: SegmentNumber, bytes: [UInt8])] = []
    private var unsynced: Unsynced?
    private var fileOperation: FileOperation?

    private func place(of segment: SegmentNumber) -> Int? { segments.firstIndex { $0.number == segment } }

    mutating func write(_ segment: SegmentNumber, offset: Int, _ payload: Payload) {
        guard let place = place(of: segment) else {
            invariantFailure("the journal writes to a segment that exists: \(segment)")
        }
        let end = offset + payload.count
        invariant(end <= segments[place].bytes.count, "a write lies within its segment: \(end)")
        invariant(unsynced == nil, "one write is under way at a time")
        unsynced = Unsynced(segment: segment, offset: offset, former: Array(segments[place].bytes[offset..<end]))
        segments[place].bytes.withUnsafeMutableBytes { target in
            payload.withUnsafeBytes { target[offset..<end].copyBytes(from: $0) }
        }
    }

    func read(_ extent: SegmentExtent, _ body: (UnsafeRawBufferPointer) -> Void) {
        guard let place = place(of: extent.segment) else { return }
        segments[place].bytes.withUnsafeBytes { bytes in
            body(UnsafeRawBufferPointer(rebasing: bytes[extent.range.clamped(to: bytes.indices)]))
        }
    }

    mutating func synced() { unsynced = nil }

    mutating func begin(_ operation: FileOperation) {
        invariant(fileOperation == nil, "one file operation is under way at a time")
        fileOperation = operation
    }

    /// Carries out the file operation that was begun.
    mutating func finishFileOperation() -> FileOperation? {
        guard let operation = fileOperation else { return nil }
        fileOperation = nil
        switch operation {
        case .prepare(let segment, let byteCount, let recycling):
            prepare(segment, byteCount: byteCount, recycling: recycling)
        case .remove(let segment): segments.removeAll { $0.number == segment }
        }
        return operation
    }

    /// Gives up the new file that was begun, if it was one: there is no room. A recycled file needs none.
    mutating func failFileOperationForLackOfRoom() -> SegmentNumber? {
        guard case .prepare(let segment, _, nil) = fileOperation else { return nil }
        fileOperation = nil
        return segment
    }

    private mutating func prepare(_ segment: SegmentNumber, byteCount: Int, recycling: SegmentNumber?) {
        var bytes: [UInt8]?
        if let recycling, let place = place(of: recycling) {
            bytes = segments[place].bytes
            segments.remove(at: place)
        }
        segments.removeAll { $0.number == segment }
        let place = segments.firstIndex { $0.number > segment } ?? segments.count
        segments.insert((segment, bytes ?? Array(repeating: 0, count: byteCount)), at: place)
    }

    /// The node's power fails.
    mutating func crash(_ random: inout SeededRandom) -> Aftermath {
        if fileOperation != nil {
            if random.chance(1, in: 2) { _ = finishFileOperation() }
            fileOperation = nil
        }
        guard let lost = unsynced, let place = place(of: lost.segment) else { return .nothingUnderWay }
        unsynced = nil
        let outcome = random.below(4)
        if outcome == 0 { return .allKept }
        return revert(lost, at: place, keepPercent: outcome == 1 ? 0 : 50, &random)
    }

    private mutating func revert(
        _ lost: Unsynced, at place: Int, keepPercent: UInt64, _ random: inout SeededRandom
    ) -> Aftermath {
        var kept = 0
        var reverted = 0
        var offset = 0
        while offset < lost.former.count {
            // The first and last sector of a write may be shared with other bytes, which are the same before and after.
            let end = min(lost.former.count, offset + Self.sectorBytes - (lost.offset + offset) % Self.sectorBytes)
            if random.chance(keepPercent, in: 100) {
                kept += 1
            } else {
                reverted += 1
                segments[place].bytes.replaceSubrange(
                    (lost.offset + offset)..<(lost.offset + end), with: lost.former[offset..<end])
            }
            offset = end
        }
        return reverted == 0 ? .allKept : kept == 0 ? .allLost : .torn
    }
}

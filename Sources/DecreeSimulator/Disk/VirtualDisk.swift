import DecreeJournal
import PaxosBase

/// A disk with the kernel's pages before it, which remembers what a crash may take from it.
///
/// A write is visible at once and safe once its sync was answered. When the power fails before that, each of its sectors
/// is kept or lost, as chance has it. When only the process ends, its pages stay: the next process reads what is not on
/// the disk. A sync that fails leaves the pages as if they were clean, and no later one writes them; so the next process
/// may read what will never be on the disk, unless it writes it again. Files are made, renamed and removed in one piece,
/// before a crash or not at all.
/// - Source: Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020, section 3.
package struct VirtualDisk {
    /// What a crash did to the write that was under way.
    package enum Aftermath {
        case nothingUnderWay
        case allLost
        case torn
        case allKept
    }

    /// A file operation that was begun and not answered yet.
    package enum FileOperation {
        case prepare(SegmentNumber, byteCount: Int, recycling: SegmentNumber?)
        case remove(SegmentNumber)
    }

    package struct File {
        package let number: SegmentNumber
        /// What a reader sees.
        package fileprivate(set) var bytes: [UInt8]
        /// What the disk holds.
        fileprivate var stable: [UInt8]
        /// Written and not synced.
        fileprivate var dirty: [Range<Int>] = []
        /// Not on the disk, and taken for clean.
        fileprivate var forsaken: [Range<Int>] = []
    }

    static let sectorBytes = 512

    /// Ascending by number.
    package private(set) var segments: [File] = []
    /// Where the write is that waits for its sync.
    private var underWay: SegmentNumber?
    private var fileOperation: FileOperation?

    package init() {}

    private func place(of segment: SegmentNumber) -> Int? { segments.firstIndex { $0.number == segment } }

    package mutating func write(_ segment: SegmentNumber, offset: Int, _ payload: Payload) {
        guard let place = place(of: segment) else {
            invariantFailure("the journal writes to a segment that exists: \(segment)")
        }
        let end = offset + payload.count
        invariant(end <= segments[place].bytes.count, "a write lies within its segment: \(end)")
        invariant(underWay == nil, "one write is under way at a time")
        underWay = segment
        segments[place].willWrite(offset..<end)
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

    /// The sync of the file that was written last returns.
    package mutating func synced() {
        guard let place = takeUnderWay() else { return }
        let ranges = segments[place].dirty
        segments[place].dirty.removeAll(keepingCapacity: true)
        for range in ranges { segments[place].stable.replaceSubrange(range, with: segments[place].bytes[range]) }
    }

    /// The sync fails: what it should have brought to the disk never comes there by itself.
    mutating func syncFailed() {
        guard let place = takeUnderWay() else { return }
        segments[place].forsaken += segments[place].dirty
        segments[place].dirty = []
    }

    private mutating func takeUnderWay() -> Int? {
        defer { underWay = nil }
        return underWay.flatMap { place(of: $0) }
    }

    package mutating func begin(_ operation: FileOperation) {
        invariant(fileOperation == nil, "one file operation is under way at a time")
        fileOperation = operation
    }

    /// Carries out the file operation that was begun.
    package mutating func finishFileOperation() -> FileOperation? {
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
        var file: File?
        if let recycling, let place = place(of: recycling) { file = segments.remove(at: place).renamed(to: segment) }
        segments.removeAll { $0.number == segment }
        let place = segments.firstIndex { $0.number > segment } ?? segments.count
        segments.insert(file ?? File(number: segment, byteCount: byteCount), at: place)
    }

    /// The node's power fails, and chance has it what becomes of what was under way.
    package mutating func crash(_ choices: inout Choices) -> Aftermath {
        let isFileFinished = fileOperation != nil && choices.chance(1, in: 2)
        guard segments.contains(where: { !$0.dirty.isEmpty }) else {
            return crash(finishingFile: isFileFinished) { _ in false }
        }
        let outcome = choices.below(4)
        let keepPercent: UInt64 = outcome == 1 ? 0 : 50
        return crash(finishingFile: isFileFinished) { _ in outcome == 0 || choices.chance(keepPercent, in: 100) }
    }

    /// The node's power fails.
    /// - Parameters:
    ///   - isFileFinished: What becomes of the file operation that was begun.
    ///   - isKept: Of what was written and not synced, whether the sector of that number (from 0) is on the disk.
    mutating func crash(finishingFile isFileFinished: Bool, keeping isKept: (Int) -> Bool) -> Aftermath {
        if isFileFinished { _ = finishFileOperation() }
        fileOperation = nil
        underWay = nil
        var (kept, lost) = (0, 0)
        for place in segments.indices {
            segments[place].losePower { _ in
                let isSectorKept = isKept(kept + lost)
                if isSectorKept { kept += 1 } else { lost += 1 }
                return isSectorKept
            }
        }
        if kept + lost == 0 { return .nothingUnderWay }
        return lost == 0 ? .allKept : kept == 0 ? .allLost : .torn
    }

    /// What a fault of the disk makes of a file while its node is down.
    enum Damage: Hashable {
        case zeroed
        case cut(byteCount: Int)
        /// Every byte is another.
        case garbled
    }

    mutating func damage(_ number: SegmentNumber, _ damage: Damage) {
        guard let place = place(of: number) else { return }
        segments[place] = segments[place].damaged(damage)
    }

    /// The process ends and the machine goes on: what was written stays to be read, but for forsaken pages that the
    /// kernel gives up, as chance has it.
    mutating func processEnds(_ choices: inout Choices) {
        if fileOperation != nil, choices.chance(1, in: 2) { _ = finishFileOperation() }
        fileOperation = nil
        underWay = nil
        for place in segments.indices where !segments[place].forsaken.isEmpty {
            if choices.chance(1, in: 2) { segments[place].giveUpForsaken() }
        }
    }
}

extension VirtualDisk.File {
    fileprivate init(number: SegmentNumber, byteCount: Int) {
        let zeros = [UInt8](repeating: 0, count: byteCount)
        self.init(number: number, bytes: zeros, stable: zeros)
    }

    fileprivate func renamed(to number: SegmentNumber) -> Self {
        Self(number: number, bytes: bytes, stable: stable, dirty: dirty, forsaken: forsaken)
    }

    fileprivate func damaged(_ damage: VirtualDisk.Damage) -> Self {
        var file = self
        switch damage {
        case .zeroed: file.bytes = [UInt8](repeating: 0, count: bytes.count)
        case .cut(let byteCount): file.bytes.removeLast(max(bytes.count - byteCount, 0))
        case .garbled: file.bytes = bytes.map { ~$0 }
        }
        file.stable = file.bytes
        return file
    }

    /// What is written again is dirty, whatever became of it before.
    fileprivate mutating func willWrite(_ range: Range<Int>) {
        dirty.append(range)
        guard !forsaken.isEmpty else { return }
        forsaken = forsaken.flatMap { former in
            [
                former.clamped(to: 0..<range.lowerBound), former.clamped(to: range.upperBound..<bytes.count),
            ].filter { !$0.isEmpty }
        }
    }

    /// The pages are gone: what was not on the disk is not there any more.
    fileprivate mutating func losePower(keeping isKept: (Range<Int>) -> Bool) {
        let ranges = dirty
        dirty = []
        for sector in ranges.flatMap(Self.sectors) where isKept(sector) {
            stable.replaceSubrange(sector, with: bytes[sector])
        }
        for range in ranges + forsaken { bytes.replaceSubrange(range, with: stable[range]) }
        forsaken = []
    }

    /// Pages that are taken for clean are read anew from the disk.
    fileprivate mutating func giveUpForsaken() {
        for range in forsaken { bytes.replaceSubrange(range, with: stable[range]) }
        forsaken = []
    }

    /// The first and the last sector of a write may be shared with other bytes, which are the same before and after.
    private static func sectors(of range: Range<Int>) -> [Range<Int>] {
        var sectors: [Range<Int>] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, (start / VirtualDisk.sectorBytes + 1) * VirtualDisk.sectorBytes)
            sectors.append(start..<end)
            start = end
        }
        return sectors
    }
}

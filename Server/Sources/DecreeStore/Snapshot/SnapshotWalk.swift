import PaxosBase
import PaxosLog

/// A snapshot being written: the state at one revision, with the history above the compaction floor of that moment.
///
/// Commands go on being applied beside it: versions that they supersede are held, and those that they make are passed
/// over.
public struct StoreSnapshotWalk {
    fileprivate enum Phase {
        case header
        case members
        case records
        case end
        case finished
    }

    fileprivate let epoch: Int
    fileprivate let revision: Int64
    fileprivate let floor: Int64
    fileprivate let digest: StateDigest
    fileprivate let liveBytes: Int
    fileprivate let members: MemberBook
    fileprivate var phase = Phase.header
    fileprivate var keyCount = 0
    fileprivate var versionCount = 0
    /// The sum of the hashes of all versions written.
    fileprivate var historySum: UInt64 = 0
    /// The bytes of the key that was looked at last.
    fileprivate var resumeKey: [UInt8] = []
    /// That key itself, if it is written: what the snapshot shows of it is held. A key that it passes over, because it
    /// came later or was deleted below the floor, may be freed between two blocks.
    fileprivate var key: KeyNode?
    /// The last version written of it.
    fileprivate var lastVersion: (revision: Int64, sub: UInt32) = (Int64.min, 0)
    /// What is left of a byte string that did not fit.
    fileprivate var rest = ByteSpan(start: nil, count: 0)

    /// How many keys a block looks at, written or not, and how many versions it writes.
    fileprivate static let keysPerBlock = 512
    fileprivate static let versionsPerBlock = 1_024

    fileprivate init(on state: borrowing StoreState) {
        epoch = state.epoch
        revision = state.revision
        floor = state.floor
        digest = state.digest
        liveBytes = state.liveBytes
        members = state.members
    }

    fileprivate var pinnedRevision: Int64 { max(floor, 0) }
}

extension Store {
    public func beginSnapshot() -> StoreSnapshotWalk {
        let walk = StoreSnapshotWalk(on: state)
        state.pins.add(walk.pinnedRevision)
        return walk
    }

    public func nextBlock(of walk: inout StoreSnapshotWalk) -> [UInt8]? { state.nextBlock(of: &walk) }

    public func abandon(_ walk: StoreSnapshotWalk) {
        if walk.phase != .finished && walk.epoch == state.epoch { state.pins.remove(walk.pinnedRevision) }
    }
}

extension StoreState {
    fileprivate mutating func nextBlock(of walk: inout StoreSnapshotWalk) -> [UInt8]? {
        // The state was replaced by a restoration: what was begun ends without an end, and nobody will accept it.
        guard walk.epoch == epoch else { return nil }
        switch walk.phase {
        case .header:
            walk.phase = .members
            return walk.headerBlock()
        case .members:
            walk.phase = .records
            return walk.members.block
        case .records:
            let block = walk.recordsBlock(from: self)
            // A block of keys that were all passed over holds no record; it ends the step nonetheless.
            return block.count > 1 || walk.phase == .records ? block : nextBlock(of: &walk)
        case .end:
            walk.phase = .finished
            pins.remove(walk.pinnedRevision)
            return walk.endBlock()
        case .finished: return nil
        }
    }
}

extension StoreSnapshotWalk {
    fileprivate func headerBlock() -> [UInt8] {
        Self.block(capacity: SnapshotFormat.headerByteCount) { writer in
            writer.write(SnapshotFormat.Block.header.rawValue)
            writer.write(SnapshotFormat.magic)
            writer.write(SnapshotFormat.format)
            writer.write(revision)
            writer.write(floor)
        }
    }

    fileprivate func endBlock() -> [UInt8] {
        Self.block(capacity: SnapshotFormat.endByteCount) { writer in
            writer.write(SnapshotFormat.Block.end.rawValue)
            writer.write(Int64(keyCount))
            writer.write(Int64(versionCount))
            writer.write(Int64(liveBytes))
            writer.write(digest.high)
            writer.write(digest.low)
            writer.write(historySum)
        }
    }

    private static func block(capacity: Int, _ fill: (inout BlockWriter) -> Void) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            var writer = BlockWriter(UnsafeMutableRawBufferPointer(buffer))
            fill(&writer)
            count = writer.count
        }
    }

    /// Writes records until the block is full or enough work is done.
    fileprivate mutating func recordsBlock(from state: borrowing StoreState) -> [UInt8] {
        var walk = self
        let tree = KeyRange.everything.withSpan { KeyWalk($0, in: state.tree) }
        var keys = tree
        if !resumeKey.isEmpty { resumeKey.withUnsafeBytes { keys.skip(through: $0, in: state.tree) } }
        let block = Self.block(capacity: SnapshotFormat.largestBlock) { writer in
            writer.write(SnapshotFormat.Block.records.rawValue)
            walk.fill(&writer, from: &keys)
        }
        self = walk
        return block
    }

    private mutating func fill(_ writer: inout BlockWriter, from keys: inout KeyWalk) {
        var keysLeft = Self.keysPerBlock
        let lastCount = versionCount + Self.versionsPerBlock
        var lastSeen = key
        while writeRest(&writer) {
            if writer.room < SnapshotFormat.largestRecordHead || versionCount >= lastCount { break }
            if let key, let version = nextVersion(of: key) {
                write(version, &writer)
                continue
            }
            key = nil
            if keysLeft == 0 { break }
            keysLeft -= 1
            guard let next = keys.next() else {
                phase = .end
                break
            }
            lastSeen = next
            lastVersion = (Int64.min, 0)
            if nextVersion(of: next) != nil {
                key = next
                write(next, &writer)
            }
        }
        if let lastSeen { resumeKey = Array(lastSeen.key) }
    }

    /// The version of `key` to write next, nil after the last.
    private func nextVersion(of key: KeyNode) -> Version? {
        var index: Int
        if lastVersion.revision == Int64.min {
            index = firstIndex(of: key)
        } else {
            index = key.firstIndex(after: lastVersion.revision - 1)
            while index < key.versionCount, !isBehindLast(key.version(atIndex: index)) { index += 1 }
        }
        guard index < key.versionCount else { return nil }
        let version = key.version(atIndex: index)
        return version.modRevision <= revision ? version : nil
    }

    private func isBehindLast(_ version: Version) -> Bool {
        version.modRevision > lastVersion.revision
            || (version.modRevision == lastVersion.revision && version.subRevision > lastVersion.sub)
    }

    /// Where the versions of `key` begin that a compaction at the floor keeps: with those at the floor itself, else
    /// with the one that the key had there.
    private func firstIndex(of key: KeyNode) -> Int {
        let index = key.firstIndex(after: floor - 1)
        if index < key.versionCount && key.version(atIndex: index).modRevision == floor { return index }
        return index > 0 && key.version(atIndex: index - 1).isAlive ? index - 1 : index
    }

    private mutating func write(_ key: KeyNode, _ writer: inout BlockWriter) {
        keyCount += 1
        writer.write(SnapshotFormat.Record.key.rawValue)
        writer.write(UInt32(key.key.count))
        rest = key.key
    }

    private mutating func write(_ version: Version, _ writer: inout BlockWriter) {
        versionCount += 1
        historySum &+= version.historyHash
        lastVersion = (version.modRevision, version.subRevision)
        let kind: SnapshotFormat.Record =
            !version.isAlive ? .tombstone : version.lease != 0 ? .leasedPut : .put
        writer.write(kind.rawValue)
        writer.write(version.modRevision)
        writer.write(version.subRevision)
        guard version.isAlive else { return }
        writer.write(version.createRevision)
        writer.write(version.number)
        if version.lease != 0 { writer.write(version.lease) }
        writer.write(UInt32(version.valueLength))
        rest = version.value
    }

    /// Writes on at a byte string that has been begun.
    /// - Returns: Whether it is complete.
    private mutating func writeRest(_ writer: inout BlockWriter) -> Bool {
        guard !rest.isEmpty else { return true }
        let count = min(rest.count, writer.room)
        writer.write(ByteSpan(rebasing: rest[..<count]))
        rest = ByteSpan(rebasing: rest[count...])
        return rest.isEmpty
    }
}

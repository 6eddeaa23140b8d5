import PaxosBase

/// Hashes the history up to a revision as etcd does, in steps.
///
/// etcd hashes its records in the order of history. Those above the compaction floor stand so in the log; those that
/// compaction has kept are collected from the tree and sorted. The result does not depend on how far freeing has come.
/// - Source: etcd `server/storage/mvcc/hash.go`.
struct HashWalk {
    private enum Phase {
        case collecting
        case sorting
        case hashing(next: Int)
        case hashingLog(next: Int)
    }

    private let revision: Int64
    private let floor: Int64
    private let logEnd: Int
    private var phase = Phase.collecting
    /// Apart from the phase, so that it is changed in place and its arrays are not copied.
    private var sort: MergeSort?
    private var resumeKey: [UInt8] = []
    /// For each key the version that compaction kept, if the key existed at the floor.
    private var kept: [CollectedVersion] = []
    /// Those of them that a compaction at the hashed revision would keep too.
    private var keptAtRevision: [CollectedVersion] = []
    /// Whether any key exists at the hashed revision.
    private var isAnyAlive = false
    private var crc = CRC32C()
    private var encoder = RecordEncoder()

    /// - Parameter revision: Zero for the current one.
    /// - Throws: `futureRevision` or `compacted`.
    init(upTo revision: Revision, on state: borrowing StoreState) throws(StoreError) {
        self.revision = try state.resolve(revision)
        floor = state.floor
        logEnd = state.log.end
        // The bucket's name leads.
        Array("key".utf8).withUnsafeBytes { crc.update($0) }
    }

    /// The oldest revision whose versions the walk needs.
    var pinnedRevision: Int64 { max(floor, 0) }

    /// What has been collected, in bytes.
    var heldByteCount: Int {
        (kept.capacity + keptAtRevision.capacity) * MemoryLayout<CollectedVersion>.stride + (sort?.heldByteCount ?? 0)
    }

    mutating func run(on state: borrowing StoreState, _ budget: inout Int) -> HashKVResponse? {
        while true {
            switch phase {
            case .collecting:
                guard floor <= 0 || collect(on: state, &budget) else { return nil }
                // etcd takes an empty set of records to keep for "keep all".
                let chosen = isAnyAlive ? keptAtRevision : kept
                kept = []
                keptAtRevision = []
                sort = MergeSort(chosen, tieBreak: .subRevision)
                phase = .sorting
            case .sorting:
                guard sort?.run(&budget) ?? true else { return nil }
                kept = sort?.items ?? []
                sort = nil
                phase = .hashing(next: 0)
            case .hashing(let next):
                guard hashKept(from: next, &budget) else { return nil }
                phase = .hashingLog(next: state.log.firstPosition(after: floor))
            case .hashingLog(let next):
                guard hashLog(from: next, on: state, &budget) else { return nil }
                return HashKVResponse(
                    hash: crc.value, compactRevision: floor >= 0 ? Revision(floor) : nil,
                    hashRevision: Revision(revision))
            }
        }
    }

    private mutating func collect(on state: borrowing StoreState, _ budget: inout Int) -> Bool {
        KeyRange.everything.withSpan { span in
            var walk = KeyWalk(span, in: state.tree)
            if !resumeKey.isEmpty { resumeKey.withUnsafeBytes { walk.skip(through: $0, in: state.tree) } }
            while let key = walk.next() {
                collect(key)
                budget -= 2
                if budget <= 0 {
                    resumeKey = Array(key.key)
                    return false
                }
            }
            return true
        }
    }

    private mutating func collect(_ key: KeyNode) {
        let newest = key.version(at: revision)
        if let newest, newest.isAlive { isAnyAlive = true }
        guard let atFloor = key.version(at: floor), atFloor.isAlive else { return }
        let entry = CollectedVersion(rank: UInt64(atFloor.modRevision), version: atFloor)
        kept.append(entry)
        if atFloor == newest { keptAtRevision.append(entry) }
    }

    private mutating func hashKept(from next: Int, _ budget: inout Int) -> Bool {
        var index = next
        while index < kept.count {
            if budget <= 0 {
                phase = .hashing(next: index)
                return false
            }
            hash(kept[index].version, &budget)
            index += 1
        }
        return true
    }

    private mutating func hashLog(from next: Int, on state: borrowing StoreState, _ budget: inout Int) -> Bool {
        var position = next
        while position < logEnd, state.log[position].modRevision <= revision {
            if budget <= 0 {
                phase = .hashingLog(next: position)
                return false
            }
            hash(state.log[position], &budget)
            position += 1
        }
        return true
    }

    private mutating func hash(_ version: Version, _ budget: inout Int) {
        let record = encoder.encode(version)
        record.withUnsafeBytes { crc.update($0) }
        budget -= 4 + (version.key.key.count + version.valueLength) / 32
    }
}

/// Writes versions as etcd stores them: revision, then the key-value as a protocol buffer message.
struct RecordEncoder {
    private var bytes: [UInt8] = []

    init() {}

    /// - Returns: Record key and record value, one behind the other.
    mutating func encode(_ version: Version) -> [UInt8] {
        bytes.removeAll(keepingCapacity: true)
        append(bigEndian: version.modRevision)
        bytes.append(UInt8(ascii: "_"))
        append(bigEndian: Int64(version.subRevision))
        if !version.isAlive { bytes.append(UInt8(ascii: "t")) }
        append(field: 1, version.key.key)
        if version.isAlive {
            append(field: 2, version.createRevision)
            append(field: 3, version.modRevision)
            append(field: 4, version.number)
            append(field: 5, version.value)
            append(field: 6, version.lease)
        }
        return bytes
    }

    private mutating func append(bigEndian number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(field: UInt8, _ number: Int64) {
        guard number != 0 else { return }
        bytes.append(field << 3)
        append(variable: UInt64(bitPattern: number))
    }

    private mutating func append(field: UInt8, _ content: ByteSpan) {
        guard !content.isEmpty else { return }
        bytes.append(field << 3 | 2)
        append(variable: UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    private mutating func append(variable number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

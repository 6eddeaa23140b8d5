import PaxosBase
import PaxosLog

/// A snapshot being restored into an empty state: what has arrived, and what is still under way.
struct Restoration {
    private enum Phase {
        case header
        case members
        case records
        case finished
    }

    /// A byte string that runs on in the next block.
    private enum Pending {
        case none
        case key
        case version(Version)
    }

    private var phase = Phase.header
    private var loader = BulkLoader()
    private var key: KeyNode?
    private var pending = Pending.none
    private var target: UnsafeMutableRawPointer?
    private var missing = 0
    private var historySum: UInt64 = 0
    /// Changes that the log holds, in key order, with their revisions.
    private var changes: [RestoredChange] = []

    private static let longestString = 1 << 30

    init() {}

    /// Takes the next block.
    mutating func take(_ block: ByteSpan, into state: inout StoreState) throws(SnapshotError) {
        var reader = BlockReader(block)
        let code = try reader.number(UInt8.self)
        switch (SnapshotFormat.Block(rawValue: code), phase) {
        case (.header, .header): try readHeader(&reader, into: &state)
        case (.members, .members): try readMembers(&reader, into: &state)
        case (.records, .records): try readRecords(&reader, into: &state)
        case (.end, .records): try readEnd(&reader, into: &state)
        default: throw SnapshotError("a block of kind \(code) does not belong here")
        }
        guard reader.isAtEnd else { throw SnapshotError("a block is longer than its content") }
    }

    /// Checks that the end has come, and completes log and tree.
    mutating func finish(_ state: inout StoreState) throws(SnapshotError) {
        guard case .finished = phase else { throw SnapshotError("the snapshot ends early") }
    }

    private mutating func readHeader(
        _ reader: inout BlockReader, into state: inout StoreState
    ) throws(SnapshotError) {
        guard try reader.number(UInt32.self) == SnapshotFormat.magic else {
            throw SnapshotError("not a snapshot of a store")
        }
        let format = try reader.number(UInt32.self)
        guard format == SnapshotFormat.format else { throw SnapshotError("format \(format) is not known") }
        state.revision = try reader.number(Int64.self)
        state.floor = try reader.number(Int64.self)
        guard state.revision >= 1, state.floor >= -1, state.floor <= state.revision else {
            throw SnapshotError("revision \(state.revision) and floor \(state.floor) do not fit")
        }
        state.cleaner.reclaimed = state.floor
        phase = .members
    }

    private mutating func readMembers(_ reader: inout BlockReader, into state: inout StoreState) throws(SnapshotError) {
        do {
            state.members = try MemberBook(block: reader.bytes(upTo: .max))
        } catch {
            throw SnapshotError("the list of members is malformed")
        }
        phase = .records
    }

    private mutating func readRecords(
        _ reader: inout BlockReader, into state: inout StoreState
    ) throws(SnapshotError) {
        try fillTarget(&reader, into: &state)
        while !reader.isAtEnd {
            guard missing == 0 else { throw SnapshotError("a byte string is not complete") }
            let code = try reader.number(UInt8.self)
            switch SnapshotFormat.Record(rawValue: code) {
            case .key: try readKey(&reader, into: &state)
            case .put: try readPut(&reader, hasLease: false, into: &state)
            case .leasedPut: try readPut(&reader, hasLease: true, into: &state)
            case .tombstone: try readTombstone(&reader, into: &state)
            case nil: throw SnapshotError("a record of kind \(code) is not known")
            }
            try fillTarget(&reader, into: &state)
        }
    }

    private mutating func readKey(_ reader: inout BlockReader, into state: inout StoreState) throws(SnapshotError) {
        try completeKey(&state)
        let length = try readLength(&reader)
        guard length > 0 else { throw SnapshotError("a key is empty") }
        let node = KeyNode.make(keyLength: length, in: &state.slabs)
        key = node
        expect(.key, length, at: node.keyStart)
    }

    private mutating func readPut(
        _ reader: inout BlockReader, hasLease: Bool, into state: inout StoreState
    ) throws(SnapshotError) {
        let revision = try reader.number(Int64.self)
        let sub = try reader.number(UInt32.self)
        let head = Version.Head(
            modRevision: revision, createRevision: try reader.number(Int64.self),
            number: try reader.number(Int64.self), lease: hasLease ? try reader.number(Int64.self) : 0,
            subRevision: sub)
        let length = try readLength(&reader)
        guard head.createRevision > 1, head.createRevision <= revision, head.number > 0 else {
            throw SnapshotError("a version's revisions do not fit")
        }
        let key = try check(head, on: state)
        let version = Version.make(head, valueLength: length, key: key, in: &state.slabs)
        expect(.version(version), length, at: version.valueStart)
    }

    private mutating func readTombstone(
        _ reader: inout BlockReader, into state: inout StoreState
    ) throws(SnapshotError) {
        let revision = try reader.number(Int64.self)
        let head = Version.Head.tombstone(revision, sub: try reader.number(UInt32.self))
        guard revision >= state.floor else { throw SnapshotError("a deletion lies below the floor") }
        let key = try check(head, on: state)
        let version = Version.make(head, valueLength: 0, key: key, in: &state.slabs)
        complete(version, of: key, &state)
    }

    private func readLength(_ reader: inout BlockReader) throws(SnapshotError) -> Int {
        let length = Int(try reader.number(UInt32.self))
        guard length <= Self.longestString else { throw SnapshotError("a byte string of \(length) bytes") }
        return length
    }

    /// - Returns: The key that the version belongs to.
    private func check(_ head: Version.Head, on state: borrowing StoreState) throws(SnapshotError) -> KeyNode {
        guard let key else { throw SnapshotError("a version comes before the first key") }
        guard head.modRevision > 1, head.modRevision <= state.revision else {
            throw SnapshotError("revision \(head.modRevision) lies outside of the snapshot")
        }
        if key.hasVersions {
            let former = key.latest
            let isBehind =
                head.modRevision > former.modRevision
                || (head.modRevision == former.modRevision && head.subRevision > former.subRevision)
            guard isBehind else { throw SnapshotError("the versions of a key are not in order") }
        }
        return key
    }

    private mutating func expect(_ what: Pending, _ length: Int, at start: UnsafeMutableRawPointer) {
        pending = what
        missing = length
        target = start
    }

    /// Moves what has arrived of a byte string to its place, and goes on once it is complete.
    private mutating func fillTarget(
        _ reader: inout BlockReader, into state: inout StoreState
    ) throws(SnapshotError) {
        if missing > 0, let start = target {
            let part = reader.bytes(upTo: missing)
            if let bytes = part.baseAddress { start.copyMemory(from: bytes, byteCount: part.count) }
            target = start + part.count
            missing -= part.count
        }
        guard missing == 0 else { return }
        let completed = pending
        pending = .none
        switch completed {
        case .none: break
        case .key: if let key { try loader.begin(key) }
        case .version(let version): complete(version, of: version.key, &state)
        }
    }

    private mutating func complete(_ version: Version, of key: KeyNode, _ state: inout StoreState) {
        version.hash = version.computeHash()
        historySum &+= version.historyHash
        key.append(version, in: &state.slabs)
        state.versionCount += 1
        if version.modRevision >= state.floor {
            changes.append(RestoredChange(revision: version.modRevision, version: version))
        }
    }

    /// Puts the key that was read last, with all its versions, into the tree.
    private mutating func completeKey(_ state: inout StoreState) throws(SnapshotError) {
        guard let key else { return }
        guard key.hasVersions else { throw SnapshotError("a key has no versions") }
        let latest = key.latest
        loader.append(key, isLive: latest.isAlive, in: &state.slabs)
        if latest.isAlive {
            state.digestSum.add(latest)
            state.liveBytes += key.key.count + latest.valueLength
        }
        self.key = nil
    }

    private mutating func readEnd(_ reader: inout BlockReader, into state: inout StoreState) throws(SnapshotError) {
        guard missing == 0 else { throw SnapshotError("a byte string is not complete") }
        try completeKey(&state)
        loader.finish(&state)
        let counts = (try reader.number(Int64.self), try reader.number(Int64.self), try reader.number(Int64.self))
        let digest = StateDigest(high: try reader.number(UInt64.self), low: try reader.number(UInt64.self))
        guard counts == (Int64(state.tree.keyCount), Int64(state.versionCount), Int64(state.liveBytes)) else {
            throw SnapshotError("keys, versions or bytes are missing")
        }
        guard try reader.number(UInt64.self) == historySum else { throw SnapshotError("the history differs") }
        guard digest == state.digest else { throw SnapshotError("the digest differs: \(digest), \(state.digest)") }
        try RestoredChange.rebuildLog(of: &state, from: changes)
        changes = []
        phase = .finished
    }
}

extension Store {
    public func beginRestore() {
        state = state.emptied()
        restoration = Restoration()
    }

    public func restore(_ block: UnsafeRawBufferPointer) throws(SnapshotError) {
        guard var running = restoration else { throw SnapshotError("no restoration is under way") }
        // Held once only, so that its arrays are not copied.
        restoration = nil
        do {
            try running.take(block, into: &state)
        } catch {
            state = state.emptied()
            throw error
        }
        restoration = running
    }

    public func endRestore() throws(SnapshotError) {
        guard var running = restoration else { throw SnapshotError("no restoration is under way") }
        restoration = nil
        do {
            try running.finish(&state)
        } catch {
            state = state.emptied()
            throw error
        }
    }
}

import DecreeSimulator
import DecreeStore
import PaxosBase

/// The semantics of the store once more, as plainly as they can be written: every version of every key, in key order, and
/// every question answered by going through them. Shares nothing with the store but the types of requests.
///
/// The measure of the store's unit tests, and of the histories of simulated clients.
public struct StoreModel {
    struct Version {
        var revision: Int64
        var sub: Int
        /// Nil for a deletion.
        var value: Payload?
        var create: Int64 = 0
        var number: Int64 = 0
    }

    struct History {
        let key: Payload
        var versions: [Version] = []
    }

    /// All keys that ever were, in order.
    var histories: [History] = []
    package internal(set) var revision: Int64 = 1
    /// The compaction floor; minus one before the first compaction.
    package internal(set) var floor: Int64 = -1
    /// Whose versions the operation being applied has made, so that one that fails can be taken back.
    var changed: [Payload] = []
    /// The first that a range of the transaction under way came to.
    var rangeFailure: StoreError?

    public init() {}

    // MARK: - State at a revision

    /// What each key holds at `limit`, in key order.
    package func state(at limit: Int64) -> [KeyValue] { histories.compactMap { Self.shown($0, at: limit) } }

    /// What the keys of a range hold at `limit`.
    func matches(_ range: KeyRange, at limit: Int64) -> [KeyValue] {
        let start = place(of: range.key)
        if range.isSingleKey {
            guard start < histories.count, histories[start].key == range.key else { return [] }
            return Self.shown(histories[start], at: limit).map { [$0] } ?? []
        }
        let end = range.rangeEnd.bytes == [0] ? histories.count : place(of: range.rangeEnd)
        guard start < end else { return [] }
        return histories[start..<end].compactMap { Self.shown($0, at: limit) }
    }

    /// Where `key` stands or would stand.
    func place(of key: Payload) -> Int {
        var low = 0
        var high = histories.count
        while low < high {
            let middle = (low + high) / 2
            if histories[middle].key.precedes(key) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func shown(_ history: History, at limit: Int64) -> KeyValue? {
        guard let version = history.versions.last(where: { $0.revision <= limit }), let value = version.value else {
            return nil
        }
        return KeyValue(
            key: history.key, value: value, createRevision: Revision(version.create),
            modRevision: Revision(version.revision), version: version.number)
    }
}

extension Payload {
    /// Whether this stands before `other`, byte by byte; eight at a time while they are alike.
    func precedes(_ other: Payload) -> Bool {
        withUnsafeBytes { left in
            other.withUnsafeBytes { right in
                var offset = 0
                while offset + 8 <= min(left.count, right.count) {
                    let words = (left.bigEndianWord(at: offset), right.bigEndianWord(at: offset))
                    if words.0 != words.1 { return words.0 < words.1 }
                    offset += 8
                }
                return left[offset...].lexicographicallyPrecedes(right[offset...])
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func bigEndianWord(at offset: Int) -> UInt64 {
        UInt64(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

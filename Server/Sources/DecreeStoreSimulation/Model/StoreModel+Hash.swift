import DecreeStore
import PaxosBase

// etcd's hash of the history, from records that are written out plainly.
extension StoreModel {
    /// What a client is shown that asks for the hash up to a revision.
    package func hashed(_ asked: Revision) -> Shown {
        if asked.rawValue > revision { return .failure(.futureRevision, revision) }
        let limit = asked.rawValue > 0 ? asked.rawValue : revision
        if limit < floor { return .failure(.compacted, revision) }
        return .hash(hash(at: limit), floor: floor, at: limit)
    }

    private func hash(at limit: Int64) -> UInt32 {
        var crc = PlainCRC()
        crc.update(Array("key".utf8))
        for (key, version) in records(at: limit) { Self.update(&crc, key, version) }
        return crc.value
    }

    /// The versions up to `limit` that compaction has kept, in the order in which they were made.
    private func records(at limit: Int64) -> [(key: Payload, version: Version)] {
        var records: [(key: Payload, version: Version)] = []
        let isAnyAlive = histories.contains { Self.alive($0, at: limit) != nil }
        for history in histories {
            let kept = Self.alive(history, at: floor)
            let keptAtLimit = Self.alive(history, at: limit)
            for version in history.versions where version.revision <= limit {
                if version.revision <= floor {
                    guard version.isSame(as: kept), !isAnyAlive || version.isSame(as: keptAtLimit) else { continue }
                }
                records.append((history.key, version))
            }
        }
        return records.sorted { ($0.version.revision, $0.version.sub) < ($1.version.revision, $1.version.sub) }
    }

    private static func alive(_ history: History, at limit: Int64) -> Version? {
        history.versions.last { $0.revision <= limit }.flatMap { $0.value == nil ? nil : $0 }
    }

    private static func update(_ crc: inout PlainCRC, _ key: Payload, _ version: Version) {
        var head: [UInt8] = []
        head.reserveCapacity(64)
        head.append(bigEndian: version.revision)
        head.append(UInt8(ascii: "_"))
        head.append(bigEndian: Int64(version.sub))
        if version.value == nil { head.append(UInt8(ascii: "t")) }
        head.append(field: 0x0A, Int64(key.count))
        crc.update(head)
        crc.update(key)
        guard let value = version.value else { return }
        head.removeAll(keepingCapacity: true)
        head.append(field: 0x10, version.create)
        head.append(field: 0x18, version.revision)
        head.append(field: 0x20, version.number)
        if !value.isEmpty { head.append(field: 0x2A, Int64(value.count)) }
        crc.update(head)
        crc.update(value)
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian number: Int64) {
        for place in 0..<8 { append(UInt8(truncatingIfNeeded: number >> Int64(56 - 8 * place))) }
    }

    /// A field's tag, and its number or length seven bits at a time.
    fileprivate mutating func append(field tag: UInt8, _ number: Int64) {
        append(tag)
        var rest = number
        while rest >= 128 {
            append(UInt8(rest % 128 + 128))
            rest /= 128
        }
        append(UInt8(rest))
    }
}

extension StoreModel.Version {
    fileprivate func isSame(as other: Self?) -> Bool { revision == other?.revision && sub == other?.sub }
}

/// CRC-32C, from tables: eight bytes at a time where there are so many.
package struct PlainCRC {
    /// What a byte comes to, and behind it the same when one to seven further bytes, all zero, follow.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { state, _ in state & 1 == 1 ? state >> 1 ^ 0x82F6_3B78 : state >> 1 }
        }
        for index in 256..<2048 {
            let shorter = tables[index - 256]
            tables.append(shorter >> 8 ^ tables[Int(shorter & 0xFF)])
        }
        return tables
    }()

    private var state: UInt32 = ~0
    package var value: UInt32 { ~state }

    package init() {}

    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    package mutating func update(_ payload: Payload) { payload.withUnsafeBytes { update($0) } }

    private mutating func update(_ bytes: UnsafeRawBufferPointer) {
        Self.tables.withUnsafeBufferPointer { tables in
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian ^ UInt64(state)
                state = 0
                for place in 0..<8 {
                    let byte = Int(truncatingIfNeeded: word >> UInt64(8 * place)) & 0xFF
                    state ^= tables[256 * (7 - place) + byte]
                }
                offset += 8
            }
            for byte in bytes[offset...] { state = state >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: state) ^ byte)] }
        }
    }
}

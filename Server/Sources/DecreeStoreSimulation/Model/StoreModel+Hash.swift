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
        for (key, version) in records(at: limit) { crc.update(Self.record(key, version)) }
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

    private static func record(_ key: Payload, _ version: Version) -> [UInt8] {
        func bigEndian(_ number: Int64) -> [UInt8] {
            (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        }
        func variable(_ number: Int) -> [UInt8] {
            number < 128 ? [UInt8(number)] : [UInt8(number % 128 + 128)] + variable(number / 128)
        }
        var bytes = bigEndian(version.revision) + Array("_".utf8) + bigEndian(Int64(version.sub))
        if version.value == nil { bytes += Array("t".utf8) }
        bytes += [0x0A] + variable(key.count) + key.bytes
        guard let value = version.value else { return bytes }
        bytes += [0x10] + variable(Int(version.create)) + [0x18] + variable(Int(version.revision))
        bytes += [0x20] + variable(Int(version.number))
        if !value.isEmpty { bytes += [0x2A] + variable(value.count) + value.bytes }
        return bytes
    }
}

extension StoreModel.Version {
    fileprivate func isSame(as other: Self?) -> Bool { revision == other?.revision && sub == other?.sub }
}

/// CRC-32C, a byte at a time.
package struct PlainCRC {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { state, _ in state & 1 == 1 ? state >> 1 ^ 0x82F6_3B78 : state >> 1 }
    }

    private var state: UInt32 = ~0
    package var value: UInt32 { ~state }

    package init() {}

    package mutating func update(_ bytes: [UInt8]) {
        for byte in bytes { state = state >> 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] }
    }
}

import DecreeWire
import PaxosBase

/// What the checksums of a segment's batches cover beside the bytes: whose segment it is, and which.
///
/// A file is used again for a later segment with the old bytes in it; under the seed of the new one none of them
/// validates.
struct SegmentSeed: Hashable {
    fileprivate let checksum: UInt32

    init(_ identity: JournalIdentity, _ number: SegmentNumber) {
        var hasher = StableHasher()
        hasher.combine(identity.cluster.rawValue)
        hasher.combine(identity.node.rawValue)
        hasher.combine(identity.store.high)
        hasher.combine(identity.store.low)
        hasher.combine(number.rawValue)
        checksum = CRC32C.checksum(hasher.finalize())
    }
}

/// What stands before the records of a batch.
///
/// Layout (little-endian, 32 bytes): checksum of the header (32 bits: CRC-32C of seed, offset and the rest of the
/// header), checksum of the payload (32: of seed, sequence and payload), sequence (64), length of the payload (32),
/// number of records (32), oldest segment still needed (64). Batches begin at multiples of eight bytes.
struct BatchHeader: Hashable {
    static let byteCount = 32

    /// Strictly consecutive along the journal, from 1.
    let sequence: UInt64
    let payloadByteCount: Int
    /// Zero for a mark, which only shows that the batch before it was acknowledged.
    let recordCount: Int
    let payloadChecksum: UInt32
    /// Segments with lower numbers may be gone.
    let oldestSegment: SegmentNumber

    var isMark: Bool { recordCount == 0 }

    /// How many bytes a batch with such a payload takes, padding included.
    static func batchByteCount(payloadByteCount: Int) -> Int { (byteCount + payloadByteCount + 7) & ~7 }

    var batchByteCount: Int { Self.batchByteCount(payloadByteCount: payloadByteCount) }

    /// Completes a batch whose payload stands already behind the room for its header.
    /// - Parameters:
    ///   - batch: Header and payload, but for what was gathered.
    ///   - gathered: The payloads of records that are not in it.
    ///   - start: The position of the batch in the bytes that the gathered payloads belong to.
    ///   - offset: The position of the batch in the segment's file.
    static func seal(
        _ batch: UnsafeMutableRawBufferPointer, _ gathered: GatheredPayloads, from start: Int, at offset: Int,
        seed: SegmentSeed, sequence: UInt64, recordCount: Int, oldestSegment: SegmentNumber
    ) {
        var checksum = CRC32C.checksum(sequence, seed: seed.checksum)
        var byteCount = batch.count - Self.byteCount
        var done = Self.byteCount
        for (position, payload) in gathered.payloads {
            let before = UnsafeRawBufferPointer(rebasing: batch[done..<position - start])
            checksum = CRC32C.checksum(before, seed: checksum)
            checksum = payload.withUnsafeBytes { CRC32C.checksum($0, seed: checksum) }
            byteCount += payload.count
            done = position - start
        }
        checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: batch[done...]), seed: checksum)
        var writer = WireWriter(batch)
        writer.uint32(0)
        writer.uint32(checksum)
        writer.uint64(sequence)
        writer.uint32(UInt32(byteCount))
        writer.uint32(UInt32(recordCount))
        writer.uint64(oldestSegment.rawValue)
        var first = WireWriter(batch)
        first.uint32(headerChecksum(UnsafeRawBufferPointer(batch), at: offset, seed: seed))
    }

    private static func headerChecksum(
        _ batch: UnsafeRawBufferPointer, at offset: Int, seed: SegmentSeed
    ) -> UInt32 {
        let place = CRC32C.checksum(UInt64(offset), seed: seed.checksum)
        return CRC32C.checksum(UnsafeRawBufferPointer(rebasing: batch[4..<byteCount]), seed: place)
    }

    /// The header at `offset`, or nil when none of this segment stands there whole.
    /// - Parameters:
    ///   - bytes: The segment's file from `start` on.
    ///   - offset: In bytes from the beginning of `bytes`.
    static func read(
        _ bytes: UnsafeRawBufferPointer, at offset: Int, of start: Int = 0, seed: SegmentSeed
    ) -> BatchHeader? {
        guard offset + byteCount <= bytes.count else { return nil }
        let batch = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        guard batch.word32(at: 0) == headerChecksum(batch, at: start + offset, seed: seed) else { return nil }
        return BatchHeader(
            sequence: batch.word64(at: 8), payloadByteCount: Int(batch.word32(at: 16)),
            recordCount: Int(batch.word32(at: 20)), payloadChecksum: batch.word32(at: 4),
            oldestSegment: SegmentNumber(batch.word64(at: 24)))
    }

    /// The payload of a batch at `offset`, or nil when it is not the one that the header was written for.
    func payload(
        in segment: UnsafeRawBufferPointer, at offset: Int, seed: SegmentSeed
    ) -> UnsafeRawBufferPointer? {
        let start = offset + Self.byteCount
        guard payloadByteCount <= segment.count - start else { return nil }
        let payload = UnsafeRawBufferPointer(rebasing: segment[start..<start + payloadByteCount])
        let checksum = CRC32C.checksum(payload, seed: CRC32C.checksum(sequence, seed: seed.checksum))
        return checksum == payloadChecksum ? payload : nil
    }

    /// Looks for a batch later than `sequence` anywhere from `offset` on.
    ///
    /// One header is enough: it was written only after all before it was synced, and a payload that happened to look
    /// like one would have to know segment, place and a sequence of the near future.
    static func findLater(
        than sequence: UInt64, in segment: UnsafeRawBufferPointer, from offset: Int, seed: SegmentSeed
    ) -> (offset: Int, sequence: UInt64)? {
        let highest = sequence &+ UInt64(segment.count / byteCount)
        var candidate = (offset + 7) & ~7
        while candidate + byteCount <= segment.count {
            let found = segment.word64(at: candidate + 8)
            if found > sequence, found <= highest, read(segment, at: candidate, seed: seed) != nil {
                return (candidate, found)
            }
            candidate += 8
        }
        return nil
    }

    /// Looks for a whole batch of any sequence but the journal's first, in a segment without readable neighbours.
    static func findAny(
        in segment: UnsafeRawBufferPointer, from offset: Int, seed: SegmentSeed
    ) -> (offset: Int, sequence: UInt64)? {
        var candidate = (offset + 7) & ~7
        while candidate + byteCount <= segment.count {
            if segment.word64(at: candidate + 8) > 1, let header = read(segment, at: candidate, seed: seed),
                header.payload(in: segment, at: candidate, seed: seed) != nil
            {
                return (candidate, header.sequence)
            }
            candidate += 8
        }
        return nil
    }
}

extension UnsafeRawBufferPointer {
    @inline(__always)
    fileprivate func word32(at offset: Int) -> UInt32 {
        UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always)
    fileprivate func word64(at offset: Int) -> UInt64 {
        UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

import DecreeJournal
import PaxosBase

/// A disk that loses, keeps or tears what was not synced.
struct VirtualDisk {
    private(set) var files: [SegmentNumber: File] = [:]

    struct File {
        /// What a loss of power leaves.
        var durable: [UInt8]
        /// What a reader sees.
        var visible: [UInt8]
        /// Written and not yet on stable storage.
        var pending: [(offset: Int, bytes: [UInt8])] = []
    }

    enum Tearing: CaseIterable {
        /// Any subset of the sectors of 512 bytes is written.
        case sectors
        /// A beginning is written, up to any byte.
        case prefix
        /// Any bytes are written.
        case bytes
    }

    /// The files in ascending order.
    var numbers: [SegmentNumber] { files.keys.sorted() }

    /// The same without the anchor.
    var segments: [SegmentNumber] { numbers.filter { $0 != .anchor } }

    func bytes(of number: SegmentNumber) -> [UInt8] { files[number]!.visible }

    mutating func put(_ number: SegmentNumber, _ bytes: [UInt8]) {
        files[number] = File(durable: bytes, visible: bytes)
    }

    mutating func create(_ number: SegmentNumber, byteCount: Int) {
        put(number, [UInt8](repeating: 0, count: byteCount))
    }

    mutating func recycle(_ old: SegmentNumber, as number: SegmentNumber) {
        files[number] = files.removeValue(forKey: old)
    }

    mutating func remove(_ number: SegmentNumber) { files[number] = nil }

    mutating func write(_ number: SegmentNumber, at offset: Int, _ payload: Payload) {
        let bytes = payload.bytes
        files[number]!.visible.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        files[number]!.pending.append((offset, bytes))
    }

    mutating func sync(_ number: SegmentNumber) {
        for write in files[number]!.pending {
            files[number]!.durable.replaceSubrange(write.offset..<write.offset + write.bytes.count, with: write.bytes)
        }
        files[number]!.pending = []
    }

    /// A sync fails: readers still see what was written, but it is on its way no more.
    mutating func failSync(_ number: SegmentNumber) { files[number]!.pending = [] }

    mutating func losePower(_ tearing: Tearing, using random: inout SeededRandom) {
        for number in numbers {
            for write in files[number]!.pending { tear(write, of: number, tearing, using: &random) }
            files[number]!.pending = []
            files[number]!.visible = files[number]!.durable
        }
    }

    private mutating func tear(
        _ write: (offset: Int, bytes: [UInt8]), of number: SegmentNumber, _ tearing: Tearing,
        using random: inout SeededRandom
    ) {
        let unit = tearing == .sectors ? 512 : 1
        let chance = random.below(5)
        let kept = Int(random.below(UInt64(write.bytes.count + 1)))
        var index = 0
        while index < write.bytes.count {
            let end = min(((write.offset + index) / unit + 1) * unit - write.offset, write.bytes.count)
            let isKept = tearing == .prefix ? index < kept : random.chance(chance, in: 4)
            if isKept {
                files[number]!.durable.replaceSubrange(
                    write.offset + index..<write.offset + end, with: write.bytes[index..<end])
            }
            index = end
        }
    }

    /// Flips bits of a byte on stable storage.
    mutating func damage(_ number: SegmentNumber, at offset: Int, mask: UInt8 = 0xFF) {
        files[number]!.durable[offset] ^= mask
        files[number]!.visible[offset] ^= mask
    }
}

import DecreeWire
import PaxosBase
import Testing

@testable import DecreeJournal

@Suite struct BatchHeaderTests {
    private func batch(at offset: Int, seed: SegmentSeed) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: BatchHeader.byteCount) + Array("records".utf8)
        bytes.withUnsafeMutableBytes {
            BatchHeader.seal(
                $0, GatheredPayloads(threshold: .max), from: 0, at: offset, seed: seed, sequence: 9, recordCount: 1,
                oldestSegment: SegmentNumber(3))
        }
        return bytes
    }

    private func isWhole(_ bytes: [UInt8], at offset: Int, _ seed: SegmentSeed) -> Bool {
        bytes.withUnsafeBytes { bytes in
            guard let header = BatchHeader.read(bytes, at: 0, of: offset, seed: seed) else { return false }
            return header.sequence == 9 && header.payload(in: bytes, at: 0, seed: seed) != nil
        }
    }

    @Test("A batch validates only in its own segment and place: not in a file used again, a copy, or another node's")
    func seeds() {
        let seed = SegmentSeed(testIdentity, SegmentNumber(5))
        let bytes = batch(at: 4096, seed: seed)
        #expect(isWhole(bytes, at: 4096, seed))
        #expect(!isWhole(bytes, at: 4104, seed))
        #expect(!isWhole(bytes, at: 4096, SegmentSeed(testIdentity, SegmentNumber(6))))
        let other = JournalIdentity(cluster: testIdentity.cluster, node: NodeID(8), store: testIdentity.store)
        #expect(!isWhole(bytes, at: 4096, SegmentSeed(other, SegmentNumber(5))))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 4
            #expect(!isWhole(changed, at: 4096, seed), "byte \(index)")
        }
    }
}

import DecreeWire
import PaxosBase
import PaxosLog
import Testing

@Suite struct FuzzTests {
    /// Decodes whatever the bytes hold; the point is that it returns.
    private func decodeAll(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var envelopes: [Envelope] = []
            do {
                try FrameCodec.decodeEnvelopes(bytes, into: &envelopes)
                // What decodes has one form only.
                return frame(envelopes).dropFirst(FrameCodec.headerByteCount).elementsEqual(bytes)
            } catch {
                return true
            }
        }
    }

    private func decodeRecords(_ bytes: [UInt8], count: Int) {
        bytes.withUnsafeBytes { bytes in try? RecordCodec.decode(bytes, count: count) { _, _ in } }
    }

    private func decodeOthers(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            _ = try? HandshakeCodec.scan(bytes)
            _ = try? FrameCodec.scan(bytes, maximumByteCount: 1 << 20)
            _ = classifyStranger(bytes)
        }
    }

    @Test("Random bytes never crash a decoder", arguments: 0..<8 as Range<UInt64>)
    func randomBytes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2000 {
            let bytes = (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next() >> random.below(8)) }
            #expect(decodeAll(bytes))
            decodeRecords(bytes, count: Int(random.below(1 << 20)))
            decodeOthers(bytes)
        }
    }

    @Test(
        "Changed, cut and repeated messages never crash a decoder, and what is taken has these very bytes",
        arguments: 0..<8 as Range<UInt64>)
    func mutations(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let frames = Samples.envelopes.map { Array(frame([$0]).dropFirst(FrameCodec.headerByteCount)) }
        for round in 0..<4000 {
            var bytes = frames[round % frames.count]
            for _ in 0...random.below(3) { mutate(&bytes, &random) }
            #expect(decodeAll(bytes), "\(hexadecimal(bytes))")
        }
    }

    @Test("Changed records never crash a decoder", arguments: 0..<4 as Range<UInt64>)
    func mutatedRecords(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let records = Samples.records.map(\.record)
        let valid = encoded(RecordCodec.byteCount(records)) {
            RecordCodec.encode(records, group: GroupID(1), into: &$0)
        }
        for _ in 0..<4000 {
            var bytes = valid
            for _ in 0...random.below(3) { mutate(&bytes, &random) }
            decodeRecords(bytes, count: records.count)
        }
    }

    @Test(
        "Changed handshakes never crash a decoder, and none with a changed byte is taken",
        arguments: 0..<4 as Range<UInt64>)
    func mutatedHandshakes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for (_, message) in Samples.handshakes {
            let valid = HandshakeCodec.encode(message)
            for index in valid.indices {
                var bytes = valid
                bytes[index] ^= UInt8(1 + random.below(255))
                let scan = bytes.withUnsafeBytes { try? HandshakeCodec.scan($0) }
                #expect(scan == nil || scan == .needsMore)
            }
            for _ in 0..<500 {
                var bytes = valid
                mutate(&bytes, &random)
                decodeOthers(bytes)
            }
        }
    }

    @Test("Hellos of other formats never crash a decoder", arguments: 0..<4 as Range<UInt64>)
    func otherFormats(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let samples = [bytes(hexadecimal: GoldenFormer.hello), HandshakeCodec.encode(.hello(Samples.hello))]
        for round in 0..<2000 {
            var bytes = samples[round % 2]
            if round % 4 == 1 { bytes[7] = UInt8(truncatingIfNeeded: random.next()) }
            for _ in 0...random.below(3) { mutate(&bytes, &random) }
            // Made to fit again, so that the decoders behind the checksum see it.
            if bytes.count > 16, round % 3 > 0 { reseal(&bytes) }
            decodeOthers(bytes)
        }
    }

    private func reseal(_ bytes: inout [UInt8]) {
        let length = UInt16(truncatingIfNeeded: bytes.count - 16)
        withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(8..<10, with: $0) }
        withUnsafeBytes(of: (bytes[7] == 1 ? 0 : ~length).littleEndian) { bytes.replaceSubrange(10..<12, with: $0) }
        let kinds = bytes[6..<8].withUnsafeBytes { CRC32C.checksum($0) }
        let checksum = bytes[16...].withUnsafeBytes { CRC32C.checksum($0, seed: kinds) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(12..<16, with: $0) }
    }

    @Test("No frame with a changed byte is taken, and none makes the receiver wait for more")
    func checksum() {
        let valid = frame(Samples.envelopes)
        for index in valid.indices {
            var bytes = valid
            bytes[index] ^= 0x40
            let scan = bytes.withUnsafeBytes { try? FrameCodec.scan($0, maximumByteCount: 1 << 20) }
            #expect(scan == nil, "byte \(index)")
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else { return }
        let index = Int(random.below(UInt64(bytes.count)))
        switch random.below(5) {
        case 0: bytes[index] ^= UInt8(1 << random.below(8))
        case 1: bytes[index] = random.chance(1, in: 2) ? 0xFF : 0
        case 2: bytes.removeSubrange(index...)
        case 3: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
        default: bytes.append(contentsOf: bytes[index...])
        }
    }
}

import DecreeWire
import PaxosBase
import PaxosLog
import Testing

@Suite struct ChecksumTests {
    private func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { CRC32C.checksum($0) } }

    @Test("The checksum agrees with the vectors of RFC 3720, appendix B.4")
    func vectors() {
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
        #expect(checksum((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
        #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(checksum([]) == 0)
    }

    @Test("Instruction and tables agree at every length, and pieces can be chained")
    func agreement() {
        var random = SeededRandom(seed: 1)
        let bytes = (0..<300).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        bytes.withUnsafeBytes { bytes in
            for start in 0..<9 {
                for end in start...bytes.count {
                    let part = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                    let whole = CRC32C.checksum(part)
                    #expect(whole == CRC32C.tableChecksum(part))
                    let middle = part.count / 3
                    let first = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: part[..<middle]))
                    #expect(whole == CRC32C.checksum(UnsafeRawBufferPointer(rebasing: part[middle...]), seed: first))
                }
            }
        }
    }
}

@Suite struct RoundTripTests {
    private func decode(_ frame: [UInt8]) throws -> [Envelope] {
        try frame.withUnsafeBytes { bytes in
            guard case .frame(let found) = try FrameCodec.scan(bytes, maximumByteCount: 1 << 20) else { return [] }
            #expect(found.kind == .envelopes)
            #expect(found.byteCount == bytes.count)
            var envelopes: [Envelope] = []
            try FrameCodec.decodeEnvelopes(UnsafeRawBufferPointer(rebasing: bytes[found.body]), into: &envelopes)
            return envelopes
        }
    }

    @Test("Every message comes back as it was, alone and with all others in one frame")
    func messages() throws {
        for envelope in Samples.envelopes { #expect(try decode(frame([envelope])) == [envelope]) }
        #expect(try decode(frame(Samples.envelopes)) == Samples.envelopes)
        #expect(try decode(frame([])) == [])
    }

    @Test("Every record comes back as it was, in order, with its group")
    func records() throws {
        let records = Samples.records.map(\.record)
        let bytes = encoded(RecordCodec.byteCount(records)) {
            for (index, record) in records.enumerated() {
                RecordCodec.encode(record, group: GroupID(UInt32(index)), into: &$0)
            }
        }
        var found: [Record] = []
        var groups: [GroupID] = []
        try bytes.withUnsafeBytes {
            try RecordCodec.decode($0, count: records.count) { group, record in
                groups.append(group)
                found.append(record)
            }
        }
        #expect(found == records)
        #expect(groups == records.indices.map { GroupID(UInt32($0)) })
    }

    @Test("An entry of a kind that this version does not know is passed on with the same bytes")
    func unknownEntry() throws {
        let known = frame([Samples.envelopes[3]])
        let decoded = try decode(known)
        guard case .accept(let accept) = decoded[0].message else { return }
        #expect(accept.entries[2] == .unknown(kind: 200, payload: Payload([1, 2, 3])))
        #expect(frame(decoded) == known)
    }

    @Test("A command without a stamp is the command of before there were stamps, and a stamp of zero is not written")
    func stamps() throws {
        let command = Samples.stamped
        let bare = Command(origin: command.origin, payload: command.payload)
        let envelopes = [command, bare].map { command in
            Envelope(
                group: GroupID(3), configuration: ConfigurationNumber(2),
                message: .forward(Forward(commands: [command], hops: 1)))
        }
        #expect(try decode(frame(envelopes)) == envelopes)
        let byteCounts = envelopes.map { EnvelopeCodec.byteCount($0) }
        #expect(byteCounts[0] == byteCounts[1] + 16)

        let record = Record.accepted(Slot(9), Samples.ballot, .command(command))
        var bytes = encoded(RecordCodec.byteCount(record)) {
            RecordCodec.encode(record, group: GroupID(3), into: &$0)
        }
        let stamp = bytes.count - command.payload.count - 16
        bytes.replaceSubrange(stamp..<stamp + 8, with: [UInt8](repeating: 0, count: 8))
        #expect(throws: WireError.malformed(what: .entry, detail: .badStamp)) {
            try bytes.withUnsafeBytes { try RecordCodec.decode($0, count: 1) { _, _ in } }
        }
    }

    @Test("A frame that comes byte by byte is found once it is whole")
    func incremental() throws {
        let bytes = frame(Samples.envelopes) + frame([Samples.envelopes[0]])
        let whole = FrameCodec.byteCount(Samples.envelopes)
        try bytes.withUnsafeBytes { bytes in
            for count in 0..<whole {
                let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                let wanted = count < FrameCodec.headerByteCount ? FrameCodec.headerByteCount : whole
                #expect(try FrameCodec.scan(part, maximumByteCount: 1 << 20) == .needsMore(byteCount: wanted))
            }
            guard case .frame(let found) = try FrameCodec.scan(bytes, maximumByteCount: 1 << 20) else {
                Issue.record("a whole frame is found")
                return
            }
            #expect(found.byteCount == whole)
        }
    }

    @Test("A slot beyond every log is refused, lest sums of slots overflow")
    func farSlots() {
        func read(_ slot: UInt64) throws {
            let answer = ProbeAnswer(nonce: Samples.nonce, highest: Slot(slot))
            let envelope = Envelope(
                group: GroupID(3), configuration: ConfigurationNumber(2), message: .probeAnswer(answer))
            var found: [Envelope] = []
            try Array(frame([envelope]).dropFirst(FrameCodec.headerByteCount)).withUnsafeBytes {
                try FrameCodec.decodeEnvelopes($0, into: &found)
            }
        }
        #expect(throws: Never.self) { try read(1 << 62) }
        for slot: UInt64 in [(1 << 62) + 1, .max] {
            #expect(throws: WireError.malformed(what: .envelope, detail: .badNumber)) { try read(slot) }
        }
    }

    @Test("A frame over the limit is refused before it is waited for")
    func limit() {
        let bytes = frame(Samples.envelopes)
        #expect(throws: WireError.oversized(byteCount: bytes.count, limit: 100)) {
            try bytes[..<16].withUnsafeBytes { try FrameCodec.scan($0, maximumByteCount: 100) }
        }
    }

    @Test("A flipped bit anywhere in a frame's header is noticed as soon as the header is there")
    func flippedHeader() {
        let whole = frame(Samples.envelopes)
        for bit in 0..<FrameCodec.headerByteCount * 8 {
            var header = Array(whole[..<FrameCodec.headerByteCount])
            header[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: WireError.checksumMismatch, "bit \(bit)") {
                try header.withUnsafeBytes { try FrameCodec.scan($0, maximumByteCount: .max) }
            }
        }
    }

    /// A frame of one envelope whose header is changed and made to fit again.
    private func scan(_ change: (inout [UInt8]) -> Void) throws -> FrameScan {
        var bytes = frame([Samples.envelopes[0]])
        change(&bytes)
        let checksum = bytes[..<12].withUnsafeBytes { CRC32C.checksum($0) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(12..<16, with: $0) }
        return try bytes.withUnsafeBytes { try FrameCodec.scan($0, maximumByteCount: 1 << 20) }
    }

    @Test("Frames of another version, of unknown kinds or with unknown features are refused as what they are")
    func newerFrames() {
        #expect(throws: WireError.unsupportedVersion(what: .frame, found: 3)) { try scan { $0[4] = 3 } }
        #expect(throws: WireError.unknownKind(what: .frame, kind: 3)) { try scan { $0[5] = 3 } }
        #expect(throws: WireError.unknownFeatures(what: .frame, bits: 0x0100)) { try scan { $0[7] = 1 } }
    }
}

@Suite struct ReservedTests {
    private func record(_ change: (inout [UInt8]) -> Void) -> WireError? {
        var bytes = encoded(RecordCodec.byteCount(.chosen(through: Slot(1)))) {
            RecordCodec.encode(.chosen(through: Slot(1)), group: GroupID(1), into: &$0)
        }
        change(&bytes)
        do throws(WireError) {
            try bytes.withBytes { bytes throws(WireError) in try RecordCodec.decode(bytes, count: 1) { _, _ in } }
            return nil
        } catch {
            return error
        }
    }

    private func envelope(_ message: Int, _ change: (inout [UInt8]) -> Void) -> WireError? {
        var bytes = Array(frame([Samples.envelopes[message]]).dropFirst(FrameCodec.headerByteCount))
        change(&bytes)
        do throws(WireError) {
            var envelopes: [Envelope] = []
            try bytes.withBytes { bytes throws(WireError) in
                try FrameCodec.decodeEnvelopes(bytes, into: &envelopes)
            }
            return nil
        } catch {
            return error
        }
    }

    @Test("A record that is set aside for a later version is refused as that, never skipped")
    func records() {
        let expected: [(UInt8, ReservedContent)] = [
            (7, .configuration), (8, .faultySlots), (9, .lostTail), (10, .witness), (32, .register), (47, .register),
        ]
        for (number, content) in expected {
            #expect(record { $0[1] = number } == .reserved(what: .record, kind: number, content))
        }
        for number: UInt8 in [0, 11, 31, 48, 255] {
            #expect(record { $0[1] = number } == .unknownKind(what: .record, kind: number))
        }
        #expect(record { $0[2] = 1 } == .reserved(what: .group, kind: 1, .register))
        #expect(record { $0[2] = 2 } == .unknownKind(what: .group, kind: 2))
        #expect(record { $0[0] = 3 } == .unsupportedVersion(what: .record, found: 3))
        #expect(record { $0[0] = 0 } == .unsupportedVersion(what: .record, found: 0))
    }

    @Test("A message that is set aside for a later version is refused as that")
    func messages() {
        let expected: [(UInt8, ReservedContent)] = [
            (19, .snapshot), (20, .snapshot), (21, .stateDigest), (22, .lease), (23, .lease), (24, .configuration),
            (32, .register), (47, .register),
        ]
        for (number, content) in expected {
            #expect(envelope(0) { $0[5] = number } == .reserved(what: .envelope, kind: number, content))
        }
        for number: UInt8 in [0, 25, 31, 48, 255] {
            #expect(envelope(0) { $0[5] = number } == .unknownKind(what: .envelope, kind: number))
        }
        for version: UInt8 in [1, 3] {
            #expect(envelope(0) { $0[4] = version } == .unsupportedVersion(what: .envelope, found: version))
        }
    }

    @Test("A promise that reports a lost end is refused: whoever took it for never-had could lose a chosen value")
    func lostTail() {
        // Behind the envelope's header, ballot, attempt, answer, watermark, part, parts, count and the first slot.
        let state = 18 + 24 + 4 + 8 + 8 + 4 + 4 + 4 + 8
        #expect(envelope(1) { $0[state] = 4 } == .reserved(what: .slotReport, kind: 4, .lostTail))
    }

    @Test("What is refused as newer says so, and what to do")
    func texts() {
        let errors: [WireError] = [
            .reserved(what: .record, kind: 7, .configuration), .unknownKind(what: .envelope, kind: 99),
            .unknownFeatures(what: .frame, bits: 4), .unsupportedVersion(what: .record, found: 9),
        ]
        for error in errors { #expect(error.description.contains("upgrade")) }
        #expect(errors[0].description.contains("a change of the configuration"))
    }
}

extension Array where Element == UInt8 {
    /// `withUnsafeBytes` for a body that throws an error of one type.
    func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(WireError) -> Result
    ) throws(WireError) -> Result {
        let outcome: Swift.Result<Result, WireError> = withUnsafeBytes { bytes in
            do throws(WireError) { return .success(try body(bytes)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }
}

@Suite struct HandshakeTests {
    @Test("Every handshake message comes back as it was, and waits until it is whole")
    func roundTrip() throws {
        for (_, message) in Samples.handshakes {
            let bytes = HandshakeCodec.encode(message) + [1, 2, 3]
            for count in 0..<bytes.count - 3 {
                #expect(try bytes[..<count].withUnsafeBytes { try HandshakeCodec.scan($0) } == .needsMore)
            }
            let scan = try bytes.withUnsafeBytes { try HandshakeCodec.scan($0) }
            #expect(scan == .message(message, byteCount: bytes.count - 3))
        }
        var without = Samples.hello
        without.expectedStore = nil
        without.members = MemberList([])
        let bytes = HandshakeCodec.encode(.hello(without))
        #expect(
            try bytes.withUnsafeBytes { try HandshakeCodec.scan($0) }
                == .message(.hello(without), byteCount: bytes.count))
    }

    /// The hello of a later format: this header, the beginning of this body, and then something else.
    private func newerHello() -> [UInt8] {
        var bytes = HandshakeCodec.encode(.hello(Samples.hello))
        bytes[7] = 9
        bytes.replaceSubrange(16..<18, with: [4, 5])
        bytes.removeSubrange(60...)
        let length = UInt16(bytes.count - 16)
        withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(8..<10, with: $0) }
        withUnsafeBytes(of: (~length).littleEndian) { bytes.replaceSubrange(10..<12, with: $0) }
        return sealed(bytes)
    }

    private func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let kinds = bytes[6..<8].withUnsafeBytes { CRC32C.checksum($0) }
        let checksum = bytes[16...].withUnsafeBytes { CRC32C.checksum($0, seed: kinds) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(12..<16, with: $0) }
        return bytes
    }

    @Test("A hello of a later format is understood as far as it takes to say that the two do not mix")
    func newerFormat() throws {
        let newer = newerHello()
        let hello = ForeignHello(format: 9, versions: 4...5, node: NodeID(0x22), software: "1.0.0")
        #expect(try newer.withUnsafeBytes { try HandshakeCodec.scan($0) } == .foreign(hello))
        let refusal = hello.refusal(by: NodeID(7), speaking: 2...2)
        #expect(refusal.code == .versionMismatch)
        #expect(
            refusal.text
                == "node n22 speaks version 4 to 5 (Decree 1.0.0) of the protocol between peers, node n7 version 2, and "
                + "the two do not mix: stop the nodes of the older version and start them with the newer one, which "
                + "carries their data directories over")
        let answer = HandshakeCodec.encode(refusal, for: hello)
        let heard = try answer.withUnsafeBytes { try HandshakeCodec.scan($0) }
        #expect(heard == .message(.reply(.refused(refusal)), byteCount: answer.count))
    }

    @Test("Long words of a stranger are neither taken nor repeated at a length that no handshake holds")
    func longWords() throws {
        let hello = ForeignHello(format: 9, versions: 4...5, node: NodeID(0x22), software: "")
        let refusal = HelloRefusal(code: .versionMismatch, text: String(repeating: "x", count: 70_000))
        let answer = HandshakeCodec.encode(refusal, for: hello)
        let heard = try answer.withUnsafeBytes { try HandshakeCodec.scan($0) }
        let kept = HelloRefusal(code: .versionMismatch, text: String(repeating: "x", count: 4_096))
        #expect(heard == .message(.reply(.refused(kept)), byteCount: answer.count))

        var newer = newerHello()
        newer.replaceSubrange(26..., with: [0xE3, 0xFF] + Array(repeating: UInt8(ascii: "A"), count: 65_507))
        withUnsafeBytes(of: UInt16(newer.count - 16).littleEndian) { newer.replaceSubrange(8..<10, with: $0) }
        withUnsafeBytes(of: (~UInt16(newer.count - 16)).littleEndian) { newer.replaceSubrange(10..<12, with: $0) }
        let long = sealed(newer)
        #expect(throws: WireError.malformed(what: .handshake, detail: .badCount)) {
            try long.withUnsafeBytes { try HandshakeCodec.scan($0) }
        }
        var own = Samples.hello
        own.software = String(repeating: "y", count: 300)
        let cut = HandshakeCodec.encode(.hello(own))
        own.software = String(repeating: "y", count: 255)
        #expect(try cut.withUnsafeBytes { try HandshakeCodec.scan($0) } == .message(.hello(own), byteCount: cut.count))
    }

    @Test("A greeting with more members than a cluster can have is refused")
    func manyMembers() throws {
        for count in [64, 65] {
            var hello = Samples.hello
            hello.members = MemberList(
                (1...count).map { InitialMember(node: NodeID(UInt64($0)), name: "", peerURLs: []) })
            let bytes = HandshakeCodec.encode(.hello(hello))
            let scan = Result { try bytes.withUnsafeBytes { try HandshakeCodec.scan($0) } }
            #expect((try? scan.get()) == (count == 64 ? .message(.hello(hello), byteCount: bytes.count) : nil))
        }
    }

    @Test("A flipped bit in a handshake's length is noticed before more is waited for")
    func flippedLength() {
        let whole = HandshakeCodec.encode(.hello(Samples.hello))
        for bit in 8 * 8..<12 * 8 {
            var header = Array(whole[..<16])
            header[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: WireError.checksumMismatch, "bit \(bit)") {
                try header.withUnsafeBytes { try HandshakeCodec.scan($0) }
            }
        }
    }

    @Test("An extension that is not known is left out, unless it must be understood")
    func extensions() throws {
        let plain = HandshakeCodec.encode(.hello(Samples.hello))
        func extended(_ number: UInt8) -> [UInt8] {
            var bytes = Array(plain.dropLast(4)) + [8, 0, 0, 0, number, 3, 0, 0, 0, 7, 8, 9]
            let length = UInt16(bytes.count - 16)
            withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(8..<10, with: $0) }
            withUnsafeBytes(of: (~length).littleEndian) { bytes.replaceSubrange(10..<12, with: $0) }
            return sealed(bytes)
        }
        let known = extended(127)
        let scan = try known.withUnsafeBytes { try HandshakeCodec.scan($0) }
        #expect(scan == .message(.hello(Samples.hello), byteCount: known.count))
        #expect(throws: WireError.unknownKind(what: .handshake, kind: 128)) {
            try extended(128).withUnsafeBytes { try HandshakeCodec.scan($0) }
        }
    }

    @Test("Member lists compare by content, not by order, and their digest tells them apart")
    func memberLists() {
        let list = Samples.hello.members
        #expect(MemberList(list.members.reversed()) == list)
        #expect(MemberList(list.members.reversed()).digest == list.digest)
        let other = MemberList([list.members[0]])
        #expect(other.digest != list.digest)
        #expect(list.digest == 18_122_580_968_504_893_918)
    }

    @Test("A refusal of a code that this version does not know keeps code and text")
    func unknownCode() throws {
        let message = Handshake.reply(.refused(HelloRefusal(code: .other(99), text: "why")))
        let bytes = HandshakeCodec.encode(message)
        #expect(try bytes.withUnsafeBytes { try HandshakeCodec.scan($0) } == .message(message, byteCount: bytes.count))
    }

    @Test(
        "Whoever is no peer is told apart by the first bytes",
        arguments: [
            ("GET /raft/stream/message/8e9e05c52164694d HTTP/1.1\r\n", Stranger.etcdPeer),
            ("POST /raft HTTP/1.1\r\n", .etcdPeer), ("GET /members HTTP/1.1\r\n", .etcdPeer),
            ("GET /version HTTP/1.1\r\n", .http1), ("POST / HTTP/1.1\r\n", .http1),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .http2), ("\u{16}\u{03}\u{01}", .tls), ("SSH-2.0-OpenSSH", .other),
            ("DECREX", .other),
        ])
    func strangers(text: String, stranger: Stranger) {
        let bytes = Array(text.utf8)
        #expect(bytes.withUnsafeBytes { classifyStranger($0) } == stranger)
        #expect(throws: WireError.stranger(stranger)) { try bytes.withUnsafeBytes { try HandshakeCodec.scan($0) } }
    }

    @Test("Too few bytes, or those of a peer, are no stranger's")
    func notStrangers() {
        for text in ["", "G", "GET ", "P", "PRI", "D", "DECREE", "GET /raf", "\u{16}"] {
            #expect(Array(text.utf8).withUnsafeBytes { classifyStranger($0) } == nil, "\(text)")
        }
    }

    @Test("A store id is 32 hexadecimal digits")
    func storeIDs() {
        let store = StoreID(high: 0x0123, low: UInt64.max)
        #expect(store.description == "0000000000000123ffffffffffffffff")
        #expect(StoreID(store.description) == store)
        for text in ["", "123", "+000000000000123ffffffffffffffff", "0000000000000123FFFFFFFFFFFFFFFF"] {
            #expect(StoreID(text) == nil)
        }
    }
}

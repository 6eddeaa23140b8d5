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
        #expect(byteCounts[0] == byteCounts[1] + 8)

        let record = Record.accepted(Slot(9), Samples.ballot, .command(command))
        var bytes = encoded(RecordCodec.byteCount(record)) {
            RecordCodec.encode(record, group: GroupID(3), into: &$0)
        }
        let stamp = bytes.count - command.payload.count - 8
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

    @Test("A frame over the limit is refused before it is waited for")
    func limit() {
        let bytes = frame(Samples.envelopes)
        #expect(throws: WireError.oversized(byteCount: bytes.count, limit: 100)) {
            try bytes[..<12].withUnsafeBytes { try FrameCodec.scan($0, maximumByteCount: 100) }
        }
    }

    @Test("A host's own frame keeps kind, flags and body")
    func ownKind() throws {
        var bytes = [UInt8](repeating: 0, count: FrameCodec.headerByteCount) + [5, 6, 7]
        bytes.withUnsafeMutableBytes { FrameCodec.seal($0, kind: FrameKind(rawValue: 16), flags: 0x0203) }
        let scan = try bytes.withUnsafeBytes { try FrameCodec.scan($0, maximumByteCount: 100) }
        #expect(scan == .frame(Frame(kind: FrameKind(rawValue: 16), flags: 0x0203, body: 12..<15, byteCount: 15)))
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

import DecreeWire
import PaxosBase
import PaxosLog
import Testing

/// The bytes of every kind are fixed for ever: a newer program reads the journal of an older one, and nodes of versions
/// that speak one protocol share a cluster. A test that fails here means a new version byte or a new kind, never new golden bytes.
@Suite struct GoldenTests {
    @Test("The bytes of every message are those of version 2")
    func messages() {
        for (sample, envelope) in zip(Samples.messages, Samples.envelopes) {
            let bytes = encoded(EnvelopeCodec.byteCount(envelope)) { EnvelopeCodec.encode(envelope, into: &$0) }
            #expect(hexadecimal(bytes) == Golden.messages[sample.name], "\(sample.name)")
        }
        #expect(Golden.messages.count == Samples.messages.count)
    }

    @Test("The bytes of every record are those of version 2")
    func records() {
        for sample in Samples.records {
            let bytes = encoded(RecordCodec.byteCount(sample.record)) {
                RecordCodec.encode(sample.record, group: GroupID(3), into: &$0)
            }
            #expect(hexadecimal(bytes) == Golden.records[sample.name], "\(sample.name)")
        }
        #expect(Golden.records.count == Samples.records.count)
    }

    @Test("The bytes of every handshake message are those of format 2")
    func handshakes() {
        for sample in Samples.handshakes {
            #expect(
                hexadecimal(HandshakeCodec.encode(sample.message)) == Golden.handshakes[sample.name], "\(sample.name)")
        }
        #expect(Golden.handshakes.count == Samples.handshakes.count)
    }

    @Test("The bytes of a frame are those of version 2")
    func frames() {
        #expect(hexadecimal(frame([Samples.envelopes[15]])) == Golden.heartbeatFrame)
    }

    @Test("Records of version 1 are read as what they were")
    func formerRecords() throws {
        for sample in Samples.records where sample.name != "accepted stamped" {
            let bytes = try #require(GoldenFormer.records[sample.name].map(bytes(hexadecimal:)), "\(sample.name)")
            try bytes.withUnsafeBytes {
                try RecordCodec.decode($0, count: 1) { group, record in
                    #expect(group == GroupID(3))
                    #expect(record == sample.record)
                }
            }
        }
    }

    @Test("A hello of format 1 is read as far as it takes to refuse it, in the form that its sender reads")
    func formerHello() throws {
        let scan = try bytes(hexadecimal: GoldenFormer.hello).withUnsafeBytes { try HandshakeCodec.scan($0) }
        let hello = ForeignHello(format: 1, versions: 1...3, node: NodeID(0x22), software: "")
        #expect(scan == .foreign(hello))
        let refusal = HelloRefusal(code: .unknownNode, text: "replace the member")
        var former = bytes(hexadecimal: GoldenFormer.refused)
        // The sample was of another code; its checksum follows.
        former[17] = 3
        let answer = HandshakeCodec.encode(refusal, for: hello)
        #expect(answer[..<12] == former[..<12])
        #expect(answer[16...] == former[16...])
    }
}

/// The bytes of what ``hexadecimal(_:)`` writes.
func bytes(hexadecimal text: String) -> [UInt8] {
    let digits = Array(text.utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

import DecreeWire
import PaxosBase
import PaxosLog
import Testing

/// The bytes of every kind are fixed for ever: nodes of different versions share a cluster, and a newer program reads
/// the journal of an older one. A test that fails here means a new version byte or a new kind, never new golden bytes.
@Suite struct GoldenTests {
    @Test("The bytes of every message are those of version 1")
    func messages() {
        for (sample, envelope) in zip(Samples.messages, Samples.envelopes) {
            let bytes = encoded(EnvelopeCodec.byteCount(envelope)) { EnvelopeCodec.encode(envelope, into: &$0) }
            #expect(hexadecimal(bytes) == Golden.messages[sample.name], "\(sample.name)")
        }
        #expect(Golden.messages.count == Samples.messages.count)
    }

    @Test("The bytes of every record are those of version 1")
    func records() {
        for sample in Samples.records {
            let bytes = encoded(RecordCodec.byteCount(sample.record)) {
                RecordCodec.encode(sample.record, group: GroupID(3), into: &$0)
            }
            #expect(hexadecimal(bytes) == Golden.records[sample.name], "\(sample.name)")
        }
        #expect(Golden.records.count == Samples.records.count)
    }

    @Test("The bytes of every handshake message are those of format 1")
    func handshakes() {
        for sample in Samples.handshakes {
            #expect(
                hexadecimal(HandshakeCodec.encode(sample.message)) == Golden.handshakes[sample.name], "\(sample.name)")
        }
        #expect(Golden.handshakes.count == Samples.handshakes.count)
    }

    @Test("The bytes of a frame are those of version 1")
    func frames() {
        #expect(hexadecimal(frame([Samples.envelopes[15]])) == Golden.heartbeatFrame)
    }
}

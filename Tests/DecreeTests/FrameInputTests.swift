import DecreeWire
import NIOCore
import PaxosBase
import PaxosLog
import Testing

@testable import Decree

struct FrameInputTests {
    private func envelope(_ payloads: [Int]) -> Envelope {
        let entries = payloads.enumerated().map { index, byteCount in
            Entry.command(
                Command(
                    origin: Origin(node: NodeID(1), incarnation: Incarnation(2), sequence: UInt64(index)),
                    payload: Payload((0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &+ index) })))
        }
        let ballot = Ballot(configuration: ConfigurationNumber(1), round: 3, node: NodeID(1))
        let accept = Accept(
            ballot: ballot, first: Slot(7), entries: entries, mark: ChosenMark(ballot: ballot, watermark: Slot(6)))
        return Envelope(group: GroupID(1), configuration: ConfigurationNumber(1), message: .accept(accept))
    }

    private func frame(_ envelopes: [Envelope]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: FrameCodec.byteCount(envelopes))
        _ = bytes.withUnsafeMutableBytes { FrameCodec.encode(envelopes, into: $0) }
        return bytes
    }

    @Test(
        "Frames of every size come out whole, however the reads cut them",
        arguments: [1, 15, 16, 17, 1_000, 30_000, 70_001, 1 << 20])
    func cuts(_ step: Int) throws {
        let sent = [envelope([10, 0, 300]), envelope([40_000, 1, 90_000]), envelope([]), envelope([33_000])]
        let bytes = sent.flatMap { frame([$0]) }
        var input = FrameInput(maximumFrameBytes: 1 << 20)
        var received: [Envelope] = []
        var frames = 0
        for start in stride(from: 0, to: bytes.count, by: step) {
            var buffer = ByteBuffer(bytes: bytes[start..<min(start + step, bytes.count)])
            input.append(&buffer)
            while try input.takeFrame(into: &received) { frames += 1 }
            input.compact()
        }
        #expect(frames == sent.count && input.isEmpty)
        #expect(received == sent)
    }

    @Test("A frame that was damaged under way is refused when it is whole, gathered or not", arguments: [100, 60_000])
    func damaged(_ byteCount: Int) throws {
        var bytes = frame([envelope([byteCount])])
        bytes[bytes.count - 1] ^= 1
        var input = FrameInput(maximumFrameBytes: 1 << 20)
        var buffer = ByteBuffer(bytes: bytes.dropLast())
        input.append(&buffer)
        var received: [Envelope] = []
        #expect(try !input.takeFrame(into: &received))
        #expect(
            input.gatheredByteCount == (byteCount < 32 << 10 ? 0 : bytes.count), "how long it may take depends on it")
        buffer = ByteBuffer(bytes: bytes.suffix(1))
        input.append(&buffer)
        #expect(throws: WireError.checksumMismatch) { try input.takeFrame(into: &received) }
        #expect(input.gatheredByteCount == 0)
    }
}

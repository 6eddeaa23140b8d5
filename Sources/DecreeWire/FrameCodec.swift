import PaxosBase
import PaxosLog

/// What the body of a peer frame is.
public enum FrameKind: UInt8, Hashable, Sendable {
    /// One or several envelopes of the replicated log.
    case envelopes = 1
    /// How many bytes came on the connection, on which it goes back to who dialled: shows that the connection carries
    /// what is sent on it. Only between peers that both name ``FeatureSet/receipts``.
    case receipt = 2
}

/// Where a whole frame lies within the bytes that were scanned.
public struct Frame: Hashable, Sendable {
    public let kind: FrameKind
    /// The body's position in the scanned bytes.
    public let body: Range<Int>
    /// The length of the whole frame: what the receiver consumes.
    public let byteCount: Int

    public init(kind: FrameKind, body: Range<Int>, byteCount: Int) {
        self.kind = kind
        self.body = body
        self.byteCount = byteCount
    }
}

public enum FrameScan: Hashable, Sendable {
    case frame(Frame)
    /// The frame, counted from its first byte, needs at least so many bytes.
    case needsMore(byteCount: Int)
}

/// What peers exchange after the handshake: a header and a body.
///
/// The header: length of the body (32 bits), protocol version (8), kind (8), features that this frame uses (16), CRC-32C
/// of the body (32), CRC-32C of the twelve bytes before (32). The header has a check of its own so that no length is
/// believed, and no byte waited for, on the word of a flipped bit.
public enum FrameCodec {
    /// The version of the protocol between peers, settled in the handshake.
    public static let version: UInt8 = 2
    public static let headerByteCount = 16
    private static let checkedHeaderByteCount = 12

    /// Looks for a frame at the beginning of what a connection received.
    /// - Parameters:
    ///   - bytes: Received and not yet consumed, from a frame's first byte on.
    ///   - maximumByteCount: A longer frame is refused before it is waited for.
    /// - Throws: When the bytes are no frame; the connection cannot be used any more.
    public static func scan(
        _ bytes: UnsafeRawBufferPointer, maximumByteCount: Int
    ) throws(WireError) -> FrameScan {
        guard bytes.count >= headerByteCount else { return .needsMore(byteCount: headerByteCount) }
        var reader = WireReader(bytes)
        let total = headerByteCount + Int(try reader.uint32())
        let found = try reader.uint8()
        let number = try reader.uint8()
        let features = try reader.uint16()
        let checksum = try reader.uint32()
        guard try reader.uint32() == headerChecksum(bytes) else { throw .checksumMismatch }
        guard found == version else { throw .unsupportedVersion(what: .frame, found: found) }
        guard let kind = FrameKind(rawValue: number) else { throw .unknownKind(what: .frame, kind: number) }
        guard features == 0 else { throw .unknownFeatures(what: .frame, bits: UInt64(features)) }
        guard total <= maximumByteCount else { throw .oversized(byteCount: total, limit: maximumByteCount) }
        guard bytes.count >= total else { return .needsMore(byteCount: total) }
        let body = UnsafeRawBufferPointer(rebasing: bytes[headerByteCount..<total])
        guard CRC32C.checksum(body) == checksum else { throw .checksumMismatch }
        return .frame(Frame(kind: kind, body: headerByteCount..<total, byteCount: total))
    }

    private static func headerChecksum(_ frame: UnsafeRawBufferPointer) -> UInt32 {
        CRC32C.checksum(UnsafeRawBufferPointer(rebasing: frame[..<checkedHeaderByteCount]))
    }

    /// Exactly how many bytes a frame of these envelopes takes.
    public static func byteCount(_ envelopes: [Envelope]) -> Int {
        var sum = headerByteCount
        for index in envelopes.indices { sum += EnvelopeCodec.byteCount(envelopes[index]) }
        return sum
    }

    /// Writes a frame of `envelopes` to the beginning of `memory`, which holds ``byteCount(_:)`` bytes or more.
    /// - Returns: How many bytes were written.
    @discardableResult
    public static func encode(_ envelopes: [Envelope], into memory: UnsafeMutableRawBufferPointer) -> Int {
        var writer = WireWriter(memory)
        writer.zeros(headerByteCount)
        for index in envelopes.indices { EnvelopeCodec.encode(envelopes[index], into: &writer) }
        seal(UnsafeMutableRawBufferPointer(rebasing: memory[..<writer.count]), kind: .envelopes)
        return writer.count
    }

    /// How long a frame of kind ``FrameKind/receipt`` is.
    public static let receiptByteCount = headerByteCount + 8

    /// A frame that says how many bytes of frames came since the handshake.
    public static func receipt(_ byteCount: UInt64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: receiptByteCount) { buffer, count in
            var writer = WireWriter(UnsafeMutableRawBufferPointer(buffer))
            writer.zeros(headerByteCount)
            writer.uint64(byteCount)
            count = writer.count
            seal(
                UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]), kind: .receipt
            )
        }
    }

    /// Looks for a receipt at the beginning of what a connection received.
    /// - Returns: What it says; nil when it is not whole yet.
    public static func scanReceipt(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> UInt64? {
        guard case .frame(let frame) = try scan(bytes, maximumByteCount: receiptByteCount) else { return nil }
        guard frame.kind == .receipt else { throw .unknownKind(what: .frame, kind: frame.kind.rawValue) }
        var reader = WireReader(UnsafeRawBufferPointer(rebasing: bytes[frame.body]))
        let byteCount = try reader.uint64()
        try reader.finish()
        return byteCount
    }

    /// Writes the header of a frame whose body stands already behind the first ``headerByteCount`` bytes.
    /// - Parameter frame: The whole frame, header and body.
    private static func seal(_ frame: UnsafeMutableRawBufferPointer, kind: FrameKind) {
        let body = UnsafeRawBufferPointer(rebasing: frame[headerByteCount...])
        invariant(body.count <= UInt32.max, "a frame holds less than 4 GiB: \(frame.count)")
        var head = WireWriter(frame)
        head.uint32(UInt32(body.count))
        head.uint8(version)
        head.uint8(kind.rawValue)
        head.uint16(0)
        head.uint32(CRC32C.checksum(body))
        head.uint32(headerChecksum(UnsafeRawBufferPointer(frame)))
    }

    /// Reads the body of a frame of kind ``FrameKind/envelopes`` and appends what it holds.
    ///
    /// The bytes are copied once for all entries together, whose payloads are slices of that copy.
    public static func decodeEnvelopes(
        _ body: UnsafeRawBufferPointer, into envelopes: inout [Envelope]
    ) throws(WireError) {
        try decodeEnvelopes(body, sharing: PayloadSource(body), into: &envelopes)
    }

    /// The same for a body that is a payload already: its entries are slices of it, and nothing is copied.
    public static func decodeEnvelopes(
        sharing body: Payload, into envelopes: inout [Envelope]
    ) throws(WireError) {
        try body.withUnsafeBytes { bytes throws(WireError) in
            try decodeEnvelopes(bytes, sharing: PayloadSource(bytes, of: body), into: &envelopes)
        }
    }

    private static func decodeEnvelopes(
        _ body: UnsafeRawBufferPointer, sharing source: consuming PayloadSource, into envelopes: inout [Envelope]
    ) throws(WireError) {
        var reader = WireReader(body)
        while reader.remaining > 0 {
            envelopes.append(try EnvelopeCodec.decode(&reader, sharing: &source))
        }
    }
}

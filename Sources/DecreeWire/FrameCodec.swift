import PaxosBase
import PaxosLog

/// What the body of a peer frame is.
public struct FrameKind: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// One or several envelopes of the replicated log. Kinds from 16 on belong to the host.
    public static let envelopes = FrameKind(rawValue: 1)
}

/// Where a whole frame lies within the bytes that were scanned.
public struct Frame: Hashable, Sendable {
    public let kind: FrameKind
    /// Free for the kind; zero for envelopes.
    public let flags: UInt16
    /// The body's position in the scanned bytes.
    public let body: Range<Int>
    /// The length of the whole frame: what the receiver consumes.
    public let byteCount: Int

    public init(kind: FrameKind, flags: UInt16, body: Range<Int>, byteCount: Int) {
        self.kind = kind
        self.flags = flags
        self.body = body
        self.byteCount = byteCount
    }
}

public enum FrameScan: Hashable, Sendable {
    case frame(Frame)
    /// The frame, counted from its first byte, needs at least so many bytes.
    case needsMore(byteCount: Int)
}

/// What peers exchange after the handshake: length of what follows the checksum (32 bits), CRC-32C of the same (32),
/// protocol version (8), kind (8), flags (16), body.
public enum FrameCodec {
    /// The version of the protocol between peers, settled in the handshake.
    public static let version: UInt8 = 1
    public static let headerByteCount = 12
    private static let checkedStart = 8

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
        let total = checkedStart + Int(try reader.uint32())
        let checksum = try reader.uint32()
        guard total >= headerByteCount else { throw .malformed(what: .frame, detail: .badLength) }
        guard total <= maximumByteCount else { throw .oversized(byteCount: total, limit: maximumByteCount) }
        guard bytes.count >= total else { return .needsMore(byteCount: total) }
        let checked = UnsafeRawBufferPointer(rebasing: bytes[checkedStart..<total])
        guard CRC32C.checksum(checked) == checksum else { throw .checksumMismatch }
        let found = try reader.uint8()
        guard found == version else { throw .unsupportedVersion(what: .frame, found: found) }
        let kind = FrameKind(rawValue: try reader.uint8())
        let flags = try reader.uint16()
        return .frame(Frame(kind: kind, flags: flags, body: headerByteCount..<total, byteCount: total))
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
        seal(UnsafeMutableRawBufferPointer(rebasing: memory[..<writer.count]), kind: .envelopes, flags: 0)
        return writer.count
    }

    /// Writes the header of a frame whose body stands already behind the first ``headerByteCount`` bytes.
    /// - Parameter frame: The whole frame, header and body.
    public static func seal(_ frame: UnsafeMutableRawBufferPointer, kind: FrameKind, flags: UInt16) {
        invariant(
            frame.count >= headerByteCount && frame.count - checkedStart <= UInt32.max,
            "a frame holds its header and less than 4 GiB: \(frame.count)")
        var rest = WireWriter(UnsafeMutableRawBufferPointer(rebasing: frame[checkedStart...]))
        rest.uint8(version)
        rest.uint8(kind.rawValue)
        rest.uint16(flags)
        var head = WireWriter(frame)
        head.uint32(UInt32(frame.count - checkedStart))
        head.uint32(CRC32C.checksum(UnsafeRawBufferPointer(rebasing: frame[checkedStart...])))
    }

    /// Reads the body of a frame of kind ``FrameKind/envelopes`` and appends what it holds.
    ///
    /// The bytes are copied once for all entries together, whose payloads are slices of that copy.
    public static func decodeEnvelopes(
        _ body: UnsafeRawBufferPointer, into envelopes: inout [Envelope]
    ) throws(WireError) {
        var reader = WireReader(body)
        var source = PayloadSource(body)
        while reader.remaining > 0 {
            envelopes.append(try EnvelopeCodec.decode(&reader, sharing: &source))
        }
    }
}

import DecreeWire
import NIOCore
import PaxosBase
import PaxosLog

/// What a connection received and nobody took yet: first a greeting, then frames.
///
/// A frame that one read brought whole is copied once, for all its entries. One that comes in several reads is gathered in
/// memory of its size, of which its entries are slices: it is copied once, too.
struct FrameInput: ~Copyable {
    /// Less than this waits for its rest where it was read.
    private static let assembledByteCount = 32 << 10

    private let maximumFrameBytes: Int
    private var bytes = ByteBuffer()
    /// How much of what came behind the greeting was not counted yet.
    private var uncounted = 0
    /// The frame that is being gathered; what was read is in it then.
    private var assembly: PayloadBuilder?
    /// How large the frame is that is being gathered; zero for one that waits where it was read.
    private(set) var gatheredByteCount = 0

    init(maximumFrameBytes: Int) { self.maximumFrameBytes = maximumFrameBytes }

    /// Nothing is left of what came: no frame has begun.
    var isEmpty: Bool { bytes.readableBytes == 0 && assembly == nil }

    mutating func append(_ buffer: inout ByteBuffer) {
        uncounted += buffer.readableBytes
        if bytes.readableBytes == 0 {
            bytes = buffer
        } else {
            bytes.writeBuffer(&buffer)
        }
    }

    /// Lets go of the memory of what was taken.
    mutating func compact() {
        if bytes.readableBytes == 0 { bytes = ByteBuffer() } else { bytes.discardReadBytes() }
    }

    mutating func clear() {
        bytes = ByteBuffer()
        assembly = nil
        gatheredByteCount = 0
    }

    /// How many bytes of frames came since this was asked last.
    mutating func takeReceived() -> Int {
        defer { uncounted = 0 }
        return uncounted
    }

    /// Takes a greeting out, if one is whole.
    mutating func takeGreeting() throws(WireError) -> HandshakeScan {
        let scan = try bytes.withUnsafeReadableBytes { bytes throws(WireError) in try HandshakeCodec.scan(bytes) }
        if case .message(_, let byteCount) = scan {
            bytes.moveReaderIndex(forwardBy: byteCount)
            uncounted = bytes.readableBytes
        }
        return scan
    }

    /// Takes the next frame out, if it is whole.
    /// - Parameter envelopes: What it holds is appended.
    /// - Returns: Whether there was one.
    mutating func takeFrame(into envelopes: inout [Envelope]) throws(WireError) -> Bool {
        if assembly != nil { return try assemble(into: &envelopes) }
        guard bytes.readableBytes > 0 else { return false }
        let limit = maximumFrameBytes
        // The messages go with the frame that was checked: one look at the bytes for both.
        let scan = try bytes.withUnsafeReadableBytes { bytes throws(WireError) in
            let scan = try FrameCodec.scan(bytes, maximumByteCount: limit)
            if case .frame(let frame) = scan {
                try Self.check(frame)
                try FrameCodec.decodeEnvelopes(UnsafeRawBufferPointer(rebasing: bytes[frame.body]), into: &envelopes)
            }
            return scan
        }
        switch scan {
        case .frame(let frame):
            bytes.moveReaderIndex(forwardBy: frame.byteCount)
            return true
        case .needsMore(let byteCount):
            guard byteCount >= Self.assembledByteCount else { return false }
            assembly = PayloadBuilder(byteCount: byteCount)
            gatheredByteCount = byteCount
            return try assemble(into: &envelopes)
        }
    }

    /// Only who dialled sends messages, and only to it go receipts.
    private static func check(_ frame: Frame) throws(WireError) {
        guard frame.kind == .envelopes else { throw .unknownKind(what: .frame, kind: frame.kind.rawValue) }
    }

    private mutating func assemble(into envelopes: inout [Envelope]) throws(WireError) -> Bool {
        guard var frame = assembly.take() else { return false }
        let count = min(frame.missing, bytes.readableBytes)
        bytes.readWithUnsafeReadableBytes { readable in
            frame.append(UnsafeRawBufferPointer(rebasing: readable[..<count]))
            return count
        }
        guard frame.missing == 0 else {
            assembly = consume frame
            return false
        }
        gatheredByteCount = 0
        let whole = frame.finish()
        let limit = maximumFrameBytes
        let scan = try whole.withUnsafeBytes { bytes throws(WireError) in
            try FrameCodec.scan(bytes, maximumByteCount: limit)
        }
        guard case .frame(let found) = scan else { return false }
        try Self.check(found)
        try FrameCodec.decodeEnvelopes(sharing: whole.slice(found.body), into: &envelopes)
        return true
    }
}

/// Why bytes from a socket or a disk are refused.
public enum WireError: Error, Hashable, Sendable {
    /// A field runs over the end of what holds it. Both in bytes.
    case truncated(needed: Int, available: Int)
    /// So many bytes are left over behind the last field.
    case trailing(Int)
    /// Written by a program that speaks another version.
    case unsupportedVersion(what: WirePart, found: UInt8)
    /// A kind that this version does not know.
    case unknownKind(what: WirePart, kind: UInt8)
    /// A kind that is set aside for what a later version does.
    case reserved(what: WirePart, kind: UInt8, ReservedContent)
    /// Bits of features that this version does not know.
    case unknownFeatures(what: WirePart, bits: UInt64)
    case malformed(what: WirePart, detail: WireDetail)
    /// Larger than the receiver takes. Both in bytes.
    case oversized(byteCount: Int, limit: Int)
    /// The bytes are not those that were sent.
    case checksumMismatch
    /// The other side is no Decree peer.
    case stranger(Stranger)
}

/// What an error was found in.
public enum WirePart: String, Hashable, Sendable {
    case entry, envelope, record, group, frame, handshake, segment, anchor
    case slotReport = "report of a slot"
}

/// What is wrong with it.
public enum WireDetail: String, Hashable, Sendable {
    case badCount = "a count that the bytes cannot hold, or that none has"
    case badLength = "a length that does not fit its kind"
    case badFlag = "a flag that is neither 0 nor 1"
    case badRange = "a range whose end comes first"
    case badDigest = "a member list that does not match its digest"
    case badNumber = "a slot beyond every log"
    case badStamp = "a stamp of zero, which is left out"
    case badOrder = "members out of order or twice"
}

extension WireError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated(let needed, let available): "a field needs \(needed) bytes, \(available) are left"
        case .trailing(let count): "\(count) bytes are left over"
        case .unsupportedVersion(let what, let found):
            "\(what.rawValue) of version \(found), which this program does not know: upgrade the older program"
        case .unknownKind(let what, let kind):
            "\(what.rawValue) of kind \(kind), which this program does not know: a newer version wrote it, upgrade"
        case .reserved(let what, let kind, let content):
            "\(what.rawValue) of kind \(kind) (\(content.rawValue)): a newer version wrote it, upgrade"
        case .unknownFeatures(let what, let bits):
            "\(what.rawValue) with features that this program does not know (\(String(bits, radix: 16))): "
                + "a newer version wrote it, upgrade"
        case .malformed(let what, let detail): "malformed \(what.rawValue): \(detail.rawValue)"
        case .oversized(let byteCount, let limit): "\(byteCount) bytes, the limit is \(limit)"
        case .checksumMismatch: "the checksum does not match"
        case .stranger(let stranger): "not a Decree peer: \(stranger)"
        }
    }
}

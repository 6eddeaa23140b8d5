import PaxosBase
import PaxosLog

/// Payloads that are left out of encoded bytes because they are long: whoever writes the bytes takes them from where they
/// stand already.
public struct GatheredPayloads {
    /// From so many bytes on a payload is left out.
    public let threshold: Int
    /// Each with the position in the encoded bytes before which it belongs; ascending.
    public private(set) var payloads: [(position: Int, payload: Payload)] = []

    public init(threshold: Int) { self.threshold = threshold }

    /// Leaves a payload out if it is long, or else writes it.
    @inline(__always)
    mutating func append(_ payload: Payload, to writer: inout WireWriter) {
        if payload.count < threshold {
            writer.payload(payload)
        } else {
            payloads.append((writer.count, payload))
        }
    }

    /// How many bytes of these records are left out.
    public static func byteCount(of records: [Record], threshold: Int) -> Int {
        var sum = 0
        for index in records.indices {
            let count = records[index].payloadByteCount
            if count >= threshold { sum += count }
        }
        return sum
    }
}

extension Record {
    @inline(__always)
    fileprivate var payloadByteCount: Int {
        switch self {
        case .accepted(_, _, let entry), .learned(_, let entry): entry.payloadByteCount
        case .incarnation, .promised, .chosen, .trimmed: 0
        }
    }
}

extension Entry {
    @inline(__always)
    fileprivate var payloadByteCount: Int {
        switch self {
        case .noOp: 0
        case .command(let command): command.payload.count
        case .unknown(_, let payload): payload.count
        }
    }
}

import DecreeStore
import PaxosBase

/// What a client is shown, from store and model alike. The leading number is the header's revision.
package indirect enum Shown: Equatable {
    case range(Int64, [KeyValue], Bool, Int)
    case put(Int64, [KeyValue])
    case deleteRange(Int64, Int, [KeyValue])
    case txn(Int64, Bool, [Shown])
    case compacted(Int64)
    case published(Int64)
    case hash(UInt32, floor: Int64, at: Int64)
    case status(Int64, floor: Int64, keys: Int, bytes: Int)
    case members
    case failure(StoreError, Int64)

    package init(_ output: StoreOutput) {
        switch output.outcome {
        case .put(let response): self = .put(response.revision.rawValue, response.previous.keyValues)
        case .deleteRange(let response): self = Shown(response)
        case .txn(let response): self = Shown(response)
        case .compacted: self = .compacted(output.revision.rawValue)
        case .published: self = .published(output.revision.rawValue)
        case .failure(let error): self = .failure(error, output.revision.rawValue)
        }
    }

    package init(_ answer: StoreAnswer) {
        switch answer.outcome {
        case .range(let response): self = Shown(response)
        case .txn(let response): self = Shown(response)
        case .status(let status):
            self = .status(
                status.currentRevision.rawValue, floor: status.compactRevision?.rawValue ?? -1, keys: status.keyCount,
                bytes: status.liveBytes)
        case .members: self = .members
        case .hashKV(let response):
            self = .hash(
                response.hash, floor: response.compactRevision?.rawValue ?? -1, at: response.hashRevision.rawValue)
        case .failure(let error): self = .failure(error, answer.revision.rawValue)
        }
    }

    private init(_ response: RangeResponse) {
        self = .range(response.revision.rawValue, response.keyValues.keyValues, response.more, response.count)
    }

    private init(_ response: DeleteRangeResponse) {
        self = .deleteRange(response.revision.rawValue, response.deleted, response.previous.keyValues)
    }

    private init(_ response: TxnResponse) {
        self = .txn(response.revision.rawValue, response.succeeded, response.responses.map(Shown.init(part:)))
    }

    private init(part: ResponseOperation) {
        switch part {
        case .range(let response): self = Shown(response)
        case .put(let response): self = .put(response.revision.rawValue, response.previous.keyValues)
        case .deleteRange(let response): self = Shown(response)
        case .txn(let response): self = Shown(response)
        }
    }
}

extension Shown {
    /// Whether a client may be shown this for what should be `expected`. Clients are told no revision together with an error,
    /// nor in a transaction within another; zero stands for that.
    func isTold(of expected: Shown) -> Bool {
        switch (self, expected) {
        case (.failure(let error, let header), .failure(let other, let revision)):
            return error == other && (header == 0 || header == revision)
        case (.txn(let header, let succeeded, let parts), .txn(let revision, let otherwise, let others)):
            return (header == 0 || header == revision) && succeeded == otherwise && parts.count == others.count
                && zip(parts, others).allSatisfy { $0.isTold(of: $1) }
        default: return self == expected
        }
    }
}

extension Shown: CustomStringConvertible {
    /// Short whatever it holds: it stands in what a checker reports.
    package var description: String {
        switch self {
        case .range(let header, let found, let hasMore, let count):
            "\(header): \(Self.text(found))\(hasMore ? " and more" : "") of \(count)"
        case .put(let header, let previous): "\(header): put over \(Self.text(previous))"
        case .deleteRange(let header, let count, let previous): "\(header): \(count) deleted \(Self.text(previous))"
        case .txn(let header, let succeeded, let parts):
            "\(header): \(succeeded) [\(parts.map(\.description).joined(separator: ", "))]"
        case .compacted(let header): "\(header): compacted"
        case .published(let header): "\(header): published"
        case .hash(let hash, let floor, let revision): "hash \(hash) of \(floor) to \(revision)"
        case .status(let header, let floor, let keys, let bytes): "\(header): floor \(floor), \(keys) keys, \(bytes) B"
        case .members: "members"
        case .failure(let error, let header): "\(header): \(error)"
        }
    }

    private static func text(_ keyValues: [KeyValue]) -> String {
        let shown = keyValues.prefix(12).map { entry in
            "\(entry.key.shortText)=\(entry.value.shortText)"
                + "(\(entry.createRevision) \(entry.modRevision) \(entry.version))"
        }
        return "\(shown.joined(separator: " "))\(keyValues.count > 12 ? " …" : "") (\(keyValues.count))"
    }
}

extension Payload {
    /// Its beginning as text, and its length where that is not all.
    var shortText: String {
        let text = String(
            decoding: bytes.prefix(16).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
        return count > 16 ? "\(text)…\(count)" : text
    }
}

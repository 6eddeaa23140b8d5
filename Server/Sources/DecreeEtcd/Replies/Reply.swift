import DecreeRPC
import DecreeStore
import SwiftProtobuf

/// The message that answers a request, measured and ready to be written into the transport's memory.
public struct Reply: Sendable {
    /// How many bytes ``write(to:)`` writes.
    public let byteCount: Int
    private let content: Content

    private enum Content: Sendable {
        case range(RangeResponse, ReplyHeader)
        case put(PutResponse, ReplyHeader)
        case deleteRange(DeleteRangeResponse, ReplyHeader)
        case txn(TxnResponse, ReplyHeader, NestedParts)
        /// An answer that carries nothing but its header.
        case header(ReplyHeader)
        case encoded([UInt8])
    }

    private init(_ content: Content, byteCount: Int) {
        self.content = content
        self.byteCount = byteCount
    }

    private init(_ response: TxnResponse, _ header: ReplyHeader) {
        var parts = NestedParts()
        byteCount = response.byteCount(header, &parts)
        content = .txn(response, header, parts)
    }

    /// A message that was encoded elsewhere.
    public init(encoded bytes: [UInt8]) { self.init(.encoded(bytes), byteCount: bytes.count) }

    /// The answer to an operation that was applied.
    /// - Throws: What the client is to be told when the store refused it.
    public init(_ output: StoreOutput, _ fields: HeaderFields) throws(RPCStatus) {
        let header = fields.at(output.revision)
        switch output.outcome {
        case .put(let response): self.init(.put(response, header), byteCount: response.byteCount(header))
        case .deleteRange(let response):
            self.init(.deleteRange(response, header), byteCount: response.byteCount(header))
        case .txn(let response): self.init(response, header)
        case .compacted, .published: self.init(.header(header), byteCount: ProtoSize.message(header.byteCount))
        case .failure(let error): throw RPCStatus(error)
        }
    }

    /// The answer to a query.
    /// - Throws: What the client is to be told when the store refused it.
    public init(_ answer: StoreAnswer, _ fields: HeaderFields) throws(RPCStatus) {
        let header = fields.at(answer.revision)
        switch answer.outcome {
        case .range(let response): self.init(.range(response, header), byteCount: response.byteCount(header))
        case .txn(let response): self.init(response, header)
        case .hashKV(let response): self.init(response, fields, revision: answer.revision)
        case .failure(let error): throw RPCStatus(error)
        case .status, .members: throw RPCStatus(.internalError, "decree: this answer has no message of its own")
        }
    }

    init(_ message: some Message) {
        do {
            self.init(encoded: try message.serializedBytes())
        } catch {
            // Messages of proto3 have no required fields, and none here reaches the limit of 2 GiB.
            self.init(encoded: [])
        }
    }

    /// Writes the message into `buffer`, which has exactly ``byteCount`` bytes.
    public func write(to buffer: UnsafeMutableRawBufferPointer) {
        if case .encoded(let bytes) = content { return bytes.withUnsafeBytes { buffer.copyMemory(from: $0) } }
        var writer = ProtoWriter(buffer)
        write(to: &writer)
    }

    @inline(__always)
    private func write(to writer: inout some ReplyWriter) {
        switch content {
        case .range(let response, let header): response.write(header, to: &writer)
        case .put(let response, let header): response.write(header, to: &writer)
        case .deleteRange(let response, let header): response.write(header, to: &writer)
        case .txn(let response, let header, var parts): response.write(header, &parts, to: &writer)
        case .header(let header): header.write(to: &writer)
        case .encoded: break
        }
    }

    /// The message in portions, for one that is too large to be written at once; nil if it is not.
    public var portions: ReplyPortions? {
        guard byteCount >= Self.portionedByteCount else { return nil }
        if case .encoded = content { return nil }
        var portions = ReplyPortions()
        write(to: &portions)
        return portions
    }

    /// From this size on a message is written in portions: what is smaller takes a fraction of a millisecond.
    static let portionedByteCount = 1 << 19

    /// The message as an array, for whoever prefers convenience to speed.
    public var bytes: [UInt8] {
        Array(unsafeUninitializedCapacity: byteCount) { room, count in
            write(to: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[..<byteCount]))
            count = byteCount
        }
    }
}

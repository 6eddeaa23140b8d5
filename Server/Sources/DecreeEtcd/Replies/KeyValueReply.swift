import DecreeStore

// The answers of the KV service, written by hand: first measured, then written once into the caller's memory, straight
// from where the store laid the keys and values out.

extension KeyValueView {
    @inline(__always)
    fileprivate var byteCount: Int {
        ProtoSize.bytes(key.count) + ProtoSize.int64(createRevision.rawValue) + ProtoSize.int64(modRevision.rawValue)
            + ProtoSize.int64(version) + ProtoSize.bytes(value.count) + ProtoSize.int64(lease.rawValue)
    }

    @inline(__always)
    fileprivate func write(_ field: UInt8, to writer: inout ProtoWriter) {
        writer.message(field, byteCount: byteCount)
        writer.bytes(1, key)
        writer.int64(2, createRevision.rawValue)
        writer.int64(3, modRevision.rawValue)
        writer.int64(4, version)
        writer.bytes(5, value)
        writer.int64(6, lease.rawValue)
    }
}

extension KeyValueList {
    /// Bytes of all entries as repeated `mvccpb.KeyValue` fields.
    fileprivate var byteCount: Int {
        var sum = 0
        forEach { sum += ProtoSize.message($0.byteCount) }
        return sum
    }

    /// Bytes of the entries from `position` on that make up a portion: whole entries, at least one, until there are enough.
    func portionByteCount(from position: Position, enough: Int) -> Int {
        var (position, sum) = (position, 0)
        while sum < enough, let byteCount = withEntry(at: &position, { ProtoSize.message($0.byteCount) }) {
            sum += byteCount
        }
        return sum
    }

    /// Writes as many entries as fit exactly.
    func write(_ field: UInt8, from position: inout Position, to writer: inout ProtoWriter) {
        while writer.remaining > 0, withEntry(at: &position, { $0.write(field, to: &writer) }) != nil {}
    }
}

extension ProtoWriter: ReplyWriter {
    @inline(__always)
    mutating func entries(_ field: UInt8, _ list: KeyValueList) {
        list.forEach { $0.write(field, to: &self) }
    }
}

extension RangeResponse {
    func byteCount(_ header: ReplyHeader) -> Int {
        ProtoSize.message(header.byteCount) + keyValues.byteCount + ProtoSize.bool(more)
            + ProtoSize.int64(Int64(count))
    }

    func write(_ header: ReplyHeader, to writer: inout some ReplyWriter) {
        header.write(to: &writer)
        writer.entries(2, keyValues)
        writer.bool(3, more)
        writer.int64(4, Int64(count))
    }
}

extension PutResponse {
    func byteCount(_ header: ReplyHeader) -> Int { ProtoSize.message(header.byteCount) + previous.byteCount }

    func write(_ header: ReplyHeader, to writer: inout some ReplyWriter) {
        header.write(to: &writer)
        writer.entries(2, previous)
    }
}

extension DeleteRangeResponse {
    func byteCount(_ header: ReplyHeader) -> Int {
        ProtoSize.message(header.byteCount) + ProtoSize.int64(Int64(deleted)) + previous.byteCount
    }

    func write(_ header: ReplyHeader, to writer: inout some ReplyWriter) {
        header.write(to: &writer)
        writer.int64(2, Int64(deleted))
        writer.entries(3, previous)
    }
}

/// How long the answers of nested transactions are, in the order in which they are written: each is measured once, however
/// deep it lies.
struct NestedParts {
    private var byteCounts: [Int] = []
    private var next = 0

    /// Keeps a place, because what is nested in it comes behind it.
    fileprivate mutating func begin() -> Int {
        byteCounts.append(0)
        return byteCounts.count - 1
    }

    fileprivate mutating func end(_ part: Int, byteCount: Int) { byteCounts[part] = byteCount }

    fileprivate mutating func takeNext() -> Int {
        defer { next += 1 }
        return byteCounts[next]
    }
}

extension TxnResponse {
    func byteCount(_ header: ReplyHeader, _ parts: inout NestedParts) -> Int {
        var sum = ProtoSize.message(header.byteCount) + ProtoSize.bool(succeeded)
        for response in responses {
            let byteCount: Int
            if case .txn(let nested) = response {
                let part = parts.begin()
                byteCount = nested.byteCount(.empty, &parts)
                parts.end(part, byteCount: byteCount)
            } else {
                byteCount = response.byteCountOfPlain
            }
            sum += ProtoSize.message(ProtoSize.message(byteCount))
        }
        return sum
    }

    /// - Parameter parts: What measuring the answer gave.
    func write(_ header: ReplyHeader, _ parts: inout NestedParts, to writer: inout some ReplyWriter) {
        header.write(to: &writer)
        writer.bool(2, succeeded)
        for response in responses {
            let byteCount = if case .txn = response { parts.takeNext() } else { response.byteCountOfPlain }
            writer.message(3, byteCount: ProtoSize.message(byteCount))
            writer.message(response.field, byteCount: byteCount)
            response.write(&parts, to: &writer)
        }
    }
}

extension ResponseOperation {
    /// The arm of `ResponseOp`.
    fileprivate var field: UInt8 {
        switch self {
        case .range: 1
        case .put: 2
        case .deleteRange: 3
        case .txn: 4
        }
    }

    /// Of any but a nested transaction.
    fileprivate var byteCountOfPlain: Int {
        switch self {
        case .range(let response): response.byteCount(.nested(response.revision))
        case .put(let response): response.byteCount(.nested(response.revision))
        case .deleteRange(let response): response.byteCount(.nested(response.revision))
        case .txn: 0
        }
    }

    fileprivate func write(_ parts: inout NestedParts, to writer: inout some ReplyWriter) {
        switch self {
        case .range(let response): response.write(.nested(response.revision), to: &writer)
        case .put(let response): response.write(.nested(response.revision), to: &writer)
        case .deleteRange(let response): response.write(.nested(response.revision), to: &writer)
        case .txn(let response): response.write(.empty, &parts, to: &writer)
        }
    }
}

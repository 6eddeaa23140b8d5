/// A request that was encoded once; for each call only keys and values are written into place.
struct RequestTemplate {
    /// The encoded message. Its length never changes.
    private(set) var bytes: [UInt8]
    /// Where the keys lie: of a range the first key and the end, of a transaction one for each put.
    let keyOffsets: [Int]
    /// Where the values lie, in the order of the keys; none in a read.
    let valueOffsets: [Int]

    /// `etcdserverpb.PutRequest`.
    static func put(valueBytes: Int) -> RequestTemplate {
        var message = MessageBuilder()
        let key = message.field(1, bytes: Key.room)
        let value = message.field(2, bytes: Array(repeating: 0, count: valueBytes))
        return RequestTemplate(bytes: message.bytes, keyOffsets: [key], valueOffsets: [value])
    }

    /// `etcdserverpb.RangeRequest` for one key.
    static func get(isSerializable: Bool) -> RequestTemplate {
        var message = MessageBuilder()
        let key = message.field(1, bytes: Key.room)
        message.field(7, isSerializable ? 1 : 0)
        return RequestTemplate(bytes: message.bytes, keyOffsets: [key], valueOffsets: [])
    }

    /// `etcdserverpb.RangeRequest` from a key up to, not including, another.
    static func range() -> RequestTemplate {
        var message = MessageBuilder()
        let first = message.field(1, bytes: Key.room)
        let end = message.field(2, bytes: Key.room)
        return RequestTemplate(bytes: message.bytes, keyOffsets: [first, end], valueOffsets: [])
    }

    /// `etcdserverpb.TxnRequest` of some puts and no condition.
    static func transaction(puts: Int, valueBytes: Int) -> RequestTemplate {
        let put = RequestTemplate.put(valueBytes: valueBytes)
        var operation = MessageBuilder()
        let putOffset = operation.field(2, bytes: put.bytes)  // RequestOp.request_put
        var message = MessageBuilder()
        var keys: [Int] = []
        var values: [Int] = []
        for _ in 0..<puts {
            let start = message.field(2, bytes: operation.bytes) + putOffset  // TxnRequest.success
            keys.append(start + put.keyOffsets[0])
            values.append(start + put.valueOffsets[0])
        }
        return RequestTemplate(bytes: message.bytes, keyOffsets: keys, valueOffsets: values)
    }

    /// Writes a key into its place.
    ///
    /// - Parameter position: which of `keyOffsets`.
    mutating func setKey(_ key: Key, at position: Int = 0) {
        let offset = keyOffsets[position]
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: key.word, toByteOffset: offset, as: UInt64.self) }
    }

    /// Writes the value that a key gets with a write into its place.
    mutating func setValue(_ value: SealedValue, at position: Int = 0) {
        let offset = valueOffsets[position]
        bytes.withUnsafeMutableBytes { value.write(to: UnsafeMutableRawBufferPointer(rebasing: $0[offset...])) }
    }
}

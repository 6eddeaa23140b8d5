import PaxosBase

/// Which keys a request is about, in etcd's form: a key and a range end.
///
/// | range end | selects |
/// |---|---|
/// | empty | exactly the key |
/// | one zero byte | every key from the key on |
/// | anything else | key ≤ k < range end, bytewise; nothing when the end does not lie above the key |
/// - Source: etcd API reference, "Key ranges".
public struct KeyRange: Hashable, Sendable {
    public var key: Payload
    public var rangeEnd: Payload

    /// - Parameters:
    ///   - key: The first key. Requests with an empty one are refused.
    ///   - rangeEnd: See the table above.
    public init(key: Payload, rangeEnd: Payload = Payload()) {
        self.key = key
        self.rangeEnd = rangeEnd
    }

    /// Every key of the store.
    public static var everything: KeyRange { KeyRange(key: Payload([0]), rangeEnd: Payload([0])) }

    /// Every key that begins with `prefix`; every key at all when it is empty.
    public static func prefix(_ prefix: Payload) -> KeyRange {
        guard !prefix.isEmpty else { return .everything }
        var end = prefix.bytes
        while let last = end.last, last == 0xFF { end.removeLast() }
        guard let last = end.last else { return KeyRange(key: prefix, rangeEnd: Payload([0])) }
        end[end.count - 1] = last + 1
        return KeyRange(key: prefix, rangeEnd: Payload(end))
    }

    /// Whether this names one key rather than a range.
    public var isSingleKey: Bool { rangeEnd.isEmpty }
}

import PaxosBase

/// A key range whose bytes lie elsewhere: what ``KeyRange`` says, for the inner loops.
struct KeySpan {
    var key: ByteSpan
    var rangeEnd: ByteSpan

    @inline(__always)
    init(key: ByteSpan, rangeEnd: ByteSpan) {
        self.key = key
        self.rangeEnd = rangeEnd
    }

    @inline(__always)
    var isSingleKey: Bool { rangeEnd.isEmpty }

    /// Whether nothing ends the range: its end is a single zero byte.
    @inline(__always)
    var isOpen: Bool { rangeEnd.count == 1 && rangeEnd[0] == 0 }

    /// Whether no key can lie in it.
    var isEmpty: Bool { !isSingleKey && !isOpen && Bytes.compare(rangeEnd, key) <= 0 }

    func contains(_ candidate: ByteSpan) -> Bool {
        if isSingleKey { return Bytes.areEqual(candidate, key) }
        guard Bytes.compare(candidate, key) >= 0 else { return false }
        return isOpen || Bytes.compare(candidate, rangeEnd) < 0
    }
}

extension KeyRange {
    /// Calls `body` with the range where its bytes lie.
    func withSpan<Result, Failure: Error>(_ body: (KeySpan) throws(Failure) -> Result) throws(Failure) -> Result {
        try key.withUnsafeBytes { (key) throws(Failure) in
            try rangeEnd.withUnsafeBytes { (rangeEnd) throws(Failure) in
                try body(KeySpan(key: key, rangeEnd: rangeEnd))
            }
        }
    }
}

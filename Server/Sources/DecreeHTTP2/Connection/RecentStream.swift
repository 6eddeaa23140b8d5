/// The stream that was looked up last, with its call: most frames belong to the one before's.
struct RecentStream {
    /// Negative: none yet.
    private var stream: Int32 = -1
    private var call = CallTable.none

    @inline(__always)
    func call(of stream: Int32) -> UInt32? { stream == self.stream ? call : nil }

    @inline(__always)
    mutating func remember(_ stream: Int32, _ call: UInt32) {
        self.stream = stream
        self.call = call
    }

    /// - Returns: the call of a stream that comes to its end, if it is the one that was looked up last.
    @inline(__always)
    mutating func take(_ stream: Int32) -> UInt32? {
        guard let call = call(of: stream) else { return nil }
        self = RecentStream()
        return call
    }
}

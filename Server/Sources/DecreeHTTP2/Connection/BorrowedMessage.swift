/// A whole request message that lies in the input and waits there for the end of its frame, so that it need not be copied.
struct BorrowedMessage {
    private var bytes: UnsafeRawBufferPointer?
    /// The call that it belongs to.
    private(set) var call = CallTable.none

    @inline(__always)
    var isLent: Bool { bytes != nil }

    /// The message lies in `bytes`, which are there until the input is given back.
    @inline(__always)
    mutating func lend(_ bytes: UnsafeRawBufferPointer, to call: UInt32) {
        self.bytes = bytes
        self.call = call
    }

    /// - Returns: the call's message, if it is the one that has it; nobody has it then.
    @inline(__always)
    mutating func take(for call: UInt32) -> UnsafeRawBufferPointer? {
        guard self.call == call else { return nil }
        defer { self = BorrowedMessage() }
        return bytes
    }
}

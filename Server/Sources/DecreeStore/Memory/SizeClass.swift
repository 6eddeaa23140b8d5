/// How large the slots are that objects of some size lie in: steps of 16 bytes up to 1 KiB, of a sixteenth above.
///
/// Values of one length, the usual case, waste at most 15 bytes each.
struct SizeClass {
    /// Objects above this size are allocated one by one.
    static let largestSlot = 8_192
    static let count = 64 + 3 * 16

    let index: Int

    /// - Parameter byteCount: 1 to ``largestSlot``.
    @inline(__always)
    init(byteCount: Int) {
        if byteCount <= 1_024 {
            index = (byteCount &- 1) >> 4
        } else {
            // 1,025...2,048 lie in doubling 0, and so on; each doubling has sixteen steps.
            let doubling = 53 &- UInt64(byteCount &- 1).leadingZeroBitCount
            index = 64 &+ doubling &* 16 &+ ((byteCount &- 1) >> (6 &+ doubling) &- 16)
        }
    }

    init(index: Int) { self.index = index }

    var slotByteCount: Int {
        if index < 64 { return (index + 1) * 16 }
        let doubling = (index - 64) / 16
        return (17 + (index - 64) % 16) << (6 + doubling)
    }
}

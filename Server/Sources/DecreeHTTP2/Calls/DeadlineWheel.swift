/// The deadlines of all calls of a loop: a wheel of 512 buckets of 2^23 ns (8.4 ms), so that setting and clearing
/// one costs a few memory accesses, and one scheduled task serves them all.
///
/// A deadline further away than one turn of the wheel (4.3 s) waits in its bucket and is passed over until its turn
/// comes. A call expires at the end of the tick of its deadline, never before it.
struct DeadlineWheel {
    private static let tickBits: Int64 = 23
    private static let buckets = 512

    /// The first call of each bucket.
    private var heads = [UInt32](repeating: CallTable.none, count: buckets)
    /// A bit for each bucket that holds a call.
    private var occupied = [UInt64](repeating: 0, count: buckets / 64)
    /// All ticks before this one were looked at.
    private var currentTick: Int64 = 0
    /// Calls in the wheel.
    private(set) var count = 0

    private static func tick(_ nanoseconds: Int64) -> Int64 { nanoseconds >> tickBits }
    private static func bucket(_ tick: Int64) -> Int { Int(tick & Int64(buckets - 1)) }

    /// Puts a call into the wheel under its slot's `deadline`.
    mutating func insert(_ index: UInt32, in table: CallTable, now: Int64) {
        if count == 0 { currentTick = Self.tick(now) }
        let slot = table[index]
        let bucket = Self.bucket(max(Self.tick(slot.pointee.deadline), currentTick))
        let head = heads[bucket]
        slot.pointee.wheelPrevious = CallTable.none
        slot.pointee.wheelNext = head
        if head != CallTable.none { table[head].pointee.wheelPrevious = index }
        heads[bucket] = index
        occupied[bucket >> 6] |= 1 << UInt64(bucket & 63)
        slot.pointee.isTimed = true
        count += 1
    }

    /// Takes a call out.
    mutating func remove(_ index: UInt32, in table: CallTable) {
        let slot = table[index]
        slot.pointee.isTimed = false
        let (previous, next) = (slot.pointee.wheelPrevious, slot.pointee.wheelNext)
        if next != CallTable.none { table[next].pointee.wheelPrevious = previous }
        if previous != CallTable.none {
            table[previous].pointee.wheelNext = next
        } else {
            // First of its bucket; which bucket that is follows from the deadline unless it was late when it came.
            var bucket = Self.bucket(Self.tick(slot.pointee.deadline))
            if heads[bucket] != index {
                guard let found = heads.firstIndex(of: index) else { invariantFailure("a timed call is in no bucket") }
                bucket = found
            }
            heads[bucket] = next
            if next == CallTable.none { occupied[bucket >> 6] &= ~(1 << UInt64(bucket & 63)) }
        }
        slot.pointee.wheelNext = CallTable.none
        slot.pointee.wheelPrevious = CallTable.none
        count -= 1
    }

    /// Takes out all calls whose tick has passed.
    ///
    /// - Parameter expired: gets their indices appended.
    mutating func advance(to now: Int64, in table: CallTable, expired: inout [UInt32]) {
        let target = Self.tick(now)
        let first = expired.count
        var steps = min(target - currentTick, Int64(Self.buckets))
        var tick = target - steps
        while steps > 0 {
            var index = heads[Self.bucket(tick)]
            while index != CallTable.none {
                if Self.tick(table[index].pointee.deadline) < target { expired.append(index) }
                index = table[index].pointee.wheelNext
            }
            tick += 1
            steps -= 1
        }
        currentTick = max(currentTick, target)
        for index in expired[first...] { remove(index, in: table) }
    }

    /// - Returns: the nanosecond at which the next bucket that holds anything should be looked at.
    func nextWake() -> Int64? {
        guard count > 0 else { return nil }
        for step in 0..<Int64(Self.buckets) {
            let bucket = Self.bucket(currentTick + step)
            if occupied[bucket >> 6] & 1 << UInt64(bucket & 63) != 0 {
                return (currentTick + step + 1) << Self.tickBits
            }
        }
        return nil
    }
}

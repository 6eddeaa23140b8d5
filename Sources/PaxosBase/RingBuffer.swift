/// A queue that grows at the end and shrinks at the front, with access by position; the hot queues of the cores are
/// made of it.
///
/// Inlinable throughout: a generic that another module cannot specialise was the largest single cost of a leader.
@frozen
public struct RingBuffer<Element>: Sendable where Element: Sendable {
    @usableFromInline var slots: [Element?]
    @usableFromInline var head = 0
    @usableFromInline var storedCount = 0

    @inlinable
    public var count: Int { storedCount }

    @inlinable
    public init() { slots = Array(repeating: nil, count: 16) }

    @inlinable
    public var isEmpty: Bool { count == 0 }

    @inlinable
    public var first: Element? { count == 0 ? nil : slots[head] }

    @inlinable
    public var last: Element? { count == 0 ? nil : slots[position(count - 1)] }

    @inlinable
    @inline(__always)
    func position(_ index: Int) -> Int { (head &+ index) & (slots.count &- 1) }

    @inlinable
    public subscript(index: Int) -> Element {
        @inline(__always) get {
            invariant(index >= 0 && index < count, "an index lies within the queue: \(index) of \(count)")
            return slots[position(index)].unsafelyUnwrapped
        }
        @inline(__always) _modify {
            invariant(index >= 0 && index < count, "an index lies within the queue: \(index) of \(count)")
            yield &slots[position(index)]!
        }
    }

    @inlinable
    public mutating func append(_ element: Element) {
        if storedCount == slots.count { grow() }
        slots[position(storedCount)] = element
        storedCount &+= 1
    }

    @inlinable
    @discardableResult
    public mutating func popFirst() -> Element? {
        guard storedCount > 0 else { return nil }
        let element = slots[head].take()
        head = (head &+ 1) & (slots.count &- 1)
        storedCount &-= 1
        return element
    }

    @inlinable
    public mutating func removeAll() {
        slots = Array(repeating: nil, count: 16)
        head = 0
        storedCount = 0
    }

    @inlinable
    mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(slots.count * 2)
        for index in 0..<storedCount { larger.append(slots[position(index)]) }
        larger.append(contentsOf: repeatElement(nil, count: slots.count * 2 - storedCount))
        slots = larger
        head = 0
    }
}

extension RingBuffer: Equatable where Element: Equatable {
    public static func == (left: RingBuffer, right: RingBuffer) -> Bool {
        left.count == right.count && (0..<left.count).allSatisfy { left[$0] == right[$0] }
    }
}

extension RingBuffer: Hashable where Element: Hashable {
    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for index in 0..<count { hasher.combine(self[index]) }
    }
}

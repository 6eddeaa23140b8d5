/// The memory of the store: slots of some hundred size classes in pages, and single allocations for what is larger.
///
/// Freed slots are used again at once, and pages and regions that have become empty go back. A general allocator gave
/// nothing back after millions of frees, and cost more. Whoever frees an object says how large it is: every object of
/// the store knows. Dropping the slabs frees everything, without a walk over what lies in them.
struct Slabs: ~Copyable {
    private let pagesWithRoom: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private var supply = PageSupply()
    /// The first of the objects that are too large for slots, each with a head of ``LargeHead/byteCount``.
    private var firstLarge: UnsafeMutableRawPointer?
    private var largeByteCount = 0
    /// Bytes of the slots and allocations that hold objects.
    private(set) var usedByteCount = 0

    init() {
        pagesWithRoom = .allocate(capacity: SizeClass.count)
        pagesWithRoom.initialize(repeating: nil, count: SizeClass.count)
    }

    deinit {
        var large = firstLarge
        while let object = large {
            large = LargeHead(raw: object).next
            object.deallocate()
        }
        pagesWithRoom.deallocate()
    }

    /// Bytes taken from the system.
    var reservedByteCount: Int { supply.reservedByteCount + largeByteCount }

    /// Memory for `byteCount` bytes (at least one), aligned to 16 bytes and not initialized.
    @inline(__always)
    mutating func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
        guard byteCount <= SizeClass.largestSlot else { return allocateLarge(byteCount: byteCount) }
        let sizeClass = SizeClass(byteCount: byteCount)
        guard let head = pagesWithRoom[sizeClass.index] else { return allocateInNewPage(sizeClass) }
        return takeSlot(of: SlabPage(raw: head), sizeClass)
    }

    /// - Parameter byteCount: As it was allocated with.
    @inline(__always)
    mutating func free(_ object: UnsafeMutableRawPointer, byteCount: Int) {
        guard byteCount <= SizeClass.largestSlot else { return freeLarge(object) }
        let page = SlabPage(of: object)
        usedByteCount &-= Int(page.slotByteCount)
        let wasFull = page.isFull
        object.storeBytes(of: page.freeList, as: UnsafeMutableRawPointer?.self)
        page.freeList = object
        page.usedCount &-= 1
        if wasFull { link(page, SizeClass(byteCount: byteCount)) }
        if page.usedCount == 0 { retire(page, SizeClass(byteCount: byteCount)) }
    }

    @inline(__always)
    private mutating func takeSlot(of page: SlabPage, _ sizeClass: SizeClass) -> UnsafeMutableRawPointer {
        let slot: UnsafeMutableRawPointer
        if let free = page.freeList {
            slot = free
            page.freeList = free.load(as: UnsafeMutableRawPointer?.self)
        } else {
            slot = page.raw + Int(page.freshOffset)
            page.freshOffset &+= page.slotByteCount
        }
        page.usedCount &+= 1
        usedByteCount &+= Int(page.slotByteCount)
        if page.isFull { unlink(page, sizeClass) }
        return slot
    }

    @inline(never)
    private mutating func allocateInNewPage(_ sizeClass: SizeClass) -> UnsafeMutableRawPointer {
        let page = supply.take(for: sizeClass)
        link(page, sizeClass)
        return takeSlot(of: page, sizeClass)
    }

    /// Gives an empty page back unless it is the last of its class with room.
    private mutating func retire(_ page: SlabPage, _ sizeClass: SizeClass) {
        guard page.next != nil || page.previous != nil else { return }
        unlink(page, sizeClass)
        supply.giveBack(page)
    }

    private func link(_ page: SlabPage, _ sizeClass: SizeClass) {
        let head = pagesWithRoom[sizeClass.index]
        page.next = head
        page.previous = nil
        if let head { SlabPage(raw: head).previous = page.raw }
        pagesWithRoom[sizeClass.index] = page.raw
    }

    private func unlink(_ page: SlabPage, _ sizeClass: SizeClass) {
        if let previous = page.previous {
            SlabPage(raw: previous).next = page.next
        } else {
            pagesWithRoom[sizeClass.index] = page.next
        }
        if let next = page.next { SlabPage(raw: next).previous = page.previous }
        page.next = nil
        page.previous = nil
    }

    @inline(never)
    private mutating func allocateLarge(byteCount: Int) -> UnsafeMutableRawPointer {
        let total = byteCount + LargeHead.byteCount
        let head = LargeHead(raw: .allocate(byteCount: total, alignment: 16))
        head.total = total
        head.previous = nil
        head.next = firstLarge
        if let first = firstLarge { LargeHead(raw: first).previous = head.raw }
        firstLarge = head.raw
        largeByteCount += total
        usedByteCount += total
        return head.raw + LargeHead.byteCount
    }

    @inline(never)
    private mutating func freeLarge(_ object: UnsafeMutableRawPointer) {
        let head = LargeHead(raw: object - LargeHead.byteCount)
        if let previous = head.previous { LargeHead(raw: previous).next = head.next } else { firstLarge = head.next }
        if let next = head.next { LargeHead(raw: next).previous = head.previous }
        largeByteCount -= head.total
        usedByteCount -= head.total
        head.raw.deallocate()
    }
}

/// What stands before an object that was allocated alone: its neighbours in the list of all, and its size.
private struct LargeHead {
    static let byteCount = 32

    let raw: UnsafeMutableRawPointer

    var next: UnsafeMutableRawPointer? {
        get { raw.load(fromByteOffset: 0, as: UnsafeMutableRawPointer?.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 0, as: UnsafeMutableRawPointer?.self) }
    }

    var previous: UnsafeMutableRawPointer? {
        get { raw.load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 8, as: UnsafeMutableRawPointer?.self) }
    }

    var total: Int {
        get { raw.load(fromByteOffset: 16, as: Int.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 16, as: Int.self) }
    }
}

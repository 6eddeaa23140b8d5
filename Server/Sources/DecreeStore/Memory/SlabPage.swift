/// The head of a page of equal slots. Pages are aligned to their size, so that a slot's address tells its page.
struct SlabPage {
    static let byteCount = 65_536
    static let headerByteCount = 64

    let raw: UnsafeMutableRawPointer

    @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    @inline(__always)
    init(of slot: UnsafeMutableRawPointer) {
        let address = UInt(bitPattern: slot) & ~UInt(SlabPage.byteCount - 1)
        raw = UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped
    }

    /// The slot that was freed last; each free slot holds the address of the next.
    @inline(__always)
    var freeList: UnsafeMutableRawPointer? {
        get { raw.load(fromByteOffset: 0, as: UnsafeMutableRawPointer?.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 0, as: UnsafeMutableRawPointer?.self) }
    }

    /// The neighbours in the list of pages of this class that have room.
    var next: UnsafeMutableRawPointer? {
        get { raw.load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 8, as: UnsafeMutableRawPointer?.self) }
    }

    var previous: UnsafeMutableRawPointer? {
        get { raw.load(fromByteOffset: 16, as: UnsafeMutableRawPointer?.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 16, as: UnsafeMutableRawPointer?.self) }
    }

    /// How many slots hold objects.
    @inline(__always)
    var usedCount: UInt32 {
        get { raw.load(fromByteOffset: 24, as: UInt32.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 24, as: UInt32.self) }
    }

    @inline(__always)
    var slotCount: UInt32 {
        get { raw.load(fromByteOffset: 28, as: UInt32.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 28, as: UInt32.self) }
    }

    /// Where the part of the page that never held an object begins.
    @inline(__always)
    var freshOffset: UInt32 {
        get { raw.load(fromByteOffset: 32, as: UInt32.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 32, as: UInt32.self) }
    }

    @inline(__always)
    var slotByteCount: UInt32 {
        get { raw.load(fromByteOffset: 36, as: UInt32.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 36, as: UInt32.self) }
    }

    var regionIndex: UInt32 {
        get { raw.load(fromByteOffset: 40, as: UInt32.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 40, as: UInt32.self) }
    }

    /// Makes a page without objects.
    func initialize(sizeClass: SizeClass, regionIndex: Int) {
        let slot = sizeClass.slotByteCount
        freeList = nil
        next = nil
        previous = nil
        usedCount = 0
        slotCount = UInt32((Self.byteCount - Self.headerByteCount) / slot)
        freshOffset = UInt32(Self.headerByteCount)
        slotByteCount = UInt32(slot)
        self.regionIndex = UInt32(regionIndex)
    }

    @inline(__always)
    var isFull: Bool { usedCount == slotCount }
}

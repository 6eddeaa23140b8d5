/// Takes memory from the system in regions of 32 pages and gives whole regions back.
struct PageSupply: ~Copyable {
    private static let pagesPerRegion = 32
    private static let regionByteCount = pagesPerRegion * SlabPage.byteCount

    private struct Region {
        var base: UnsafeMutableRawPointer?
        /// One bit for each page that is free.
        var free: UInt32
    }

    private var regions: [Region] = []
    /// Regions that have free pages, and positions in `regions` that have no region.
    private var regionsWithFreePages: [Int] = []
    private var vacantPositions: [Int] = []
    private(set) var reservedByteCount = 0

    init() {}

    deinit { for region in regions { region.base?.deallocate() } }

    mutating func take(for sizeClass: SizeClass) -> SlabPage {
        if regionsWithFreePages.isEmpty { addRegion() }
        let index = regionsWithFreePages[regionsWithFreePages.count - 1]
        let page = regions[index].free.trailingZeroBitCount
        regions[index].free &= ~(1 << UInt32(page))
        if regions[index].free == 0 { regionsWithFreePages.removeLast() }
        let result = SlabPage(raw: regions[index].base.unsafelyUnwrapped + page * SlabPage.byteCount)
        result.initialize(sizeClass: sizeClass, regionIndex: index)
        return result
    }

    mutating func giveBack(_ page: SlabPage) {
        let index = Int(page.regionIndex)
        let base = regions[index].base.unsafelyUnwrapped
        if regions[index].free == 0 { regionsWithFreePages.append(index) }
        regions[index].free |= 1 << UInt32((page.raw - base) / SlabPage.byteCount)
        // One empty region stays, so that a store at a boundary does not ask the system again and again.
        if regions[index].free == .max && regionsWithFreePages.count > 1 { release(index) }
    }

    private mutating func addRegion() {
        let base = UnsafeMutableRawPointer.allocate(
            byteCount: Self.regionByteCount, alignment: SlabPage.byteCount)
        reservedByteCount += Self.regionByteCount
        let region = Region(base: base, free: .max)
        if let position = vacantPositions.popLast() {
            regions[position] = region
            regionsWithFreePages.append(position)
        } else {
            regions.append(region)
            regionsWithFreePages.append(regions.count - 1)
        }
    }

    private mutating func release(_ index: Int) {
        regions[index].base?.deallocate()
        regions[index] = Region(base: nil, free: 0)
        reservedByteCount -= Self.regionByteCount
        vacantPositions.append(index)
        if let position = regionsWithFreePages.firstIndex(of: index) { regionsWithFreePages.remove(at: position) }
    }
}

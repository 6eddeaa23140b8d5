import DecreeJournal
import PaxosBase
import Testing

@testable import DecreeSimulator

@Suite("The virtual disk")
struct VirtualDiskTests {
    private let segment = SegmentNumber(1)

    private func disk() -> VirtualDisk {
        var disk = VirtualDisk()
        disk.begin(.prepare(segment, byteCount: 8 * 512, recycling: nil))
        _ = disk.finishFileOperation()
        return disk
    }

    private func ones(_ count: Int) -> Payload { Payload(Array(repeating: 1, count: count)) }

    @Test("What was synced survives every crash")
    func syncedSurvives() {
        for seed in 0..<50 as Range<UInt64> {
            var random = Choices(seed: seed)
            var disk = disk()
            disk.write(segment, offset: 100, ones(2_000))
            disk.synced()
            _ = disk.crash(&random)
            #expect(disk.segments[0].bytes[100..<2_100].allSatisfy { $0 == 1 })
        }
    }

    @Test("What was not synced is kept, lost or torn, sector by sector, and nothing else changes")
    func unsyncedMayGo() {
        var kept = 0
        var lost = 0
        var torn = 0
        for seed in 0..<200 as Range<UInt64> {
            var random = Choices(seed: seed)
            var disk = disk()
            disk.write(segment, offset: 0, ones(100))
            disk.synced()
            disk.write(segment, offset: 100, ones(2_000))
            switch disk.crash(&random) {
            case .allKept: kept += 1
            case .allLost: lost += 1
            case .torn: torn += 1
            case .nothingUnderWay: Issue.record("a write was under way")
            }
            let bytes = disk.segments[0].bytes
            #expect(bytes[..<100].allSatisfy { $0 == 1 })
            #expect(bytes[2_100...].allSatisfy { $0 == 0 })
            #expect(Set(bytes[512..<1_024]).count == 1)
        }
        #expect(kept > 0 && lost > 0 && torn > 0)
    }

    @Test("When only the process ends, its pages stay, and the power takes them later")
    func pagesOutliveTheProcess() {
        var lost = 0
        for seed in 0..<100 as Range<UInt64> {
            var random = Choices(seed: seed)
            var disk = disk()
            disk.write(segment, offset: 0, ones(600))
            disk.processEnds(&random)
            #expect(disk.segments[0].bytes[..<600].allSatisfy { $0 == 1 }, "the next process reads them")
            disk.write(segment, offset: 600, ones(100))
            if seed < 50 { disk.synced() }
            _ = disk.crash(&random)
            if disk.segments[0].bytes[0] == 0 { lost += 1 }
            let isWhole = disk.segments[0].bytes[..<700].allSatisfy { $0 == 1 }
            if seed < 50 { #expect(isWhole, "a sync is of the whole file") }
        }
        #expect(lost > 10)
    }

    @Test("What a failed sync should have brought to the disk is read until the pages go, unless it is written again")
    func failedSync() {
        var (seen, gone) = (0, 0)
        for seed in 0..<100 as Range<UInt64> {
            var random = Choices(seed: seed)
            var disk = disk()
            disk.write(segment, offset: 0, ones(600))
            disk.syncFailed()
            disk.processEnds(&random)
            if disk.segments[0].bytes[0] == 1 { seen += 1 } else { gone += 1 }
            disk.write(segment, offset: 1_000, ones(10))
            disk.synced()
            var other = disk
            _ = disk.crash(&random)
            #expect(disk.segments[0].bytes[..<600].allSatisfy { $0 == 0 }, "a later sync does not write them")
            other.write(segment, offset: 0, ones(600))
            other.synced()
            _ = other.crash(&random)
            #expect(other.segments[0].bytes[..<600].allSatisfy { $0 == 1 })
            #expect(other.segments[0].bytes[1_000..<1_010].allSatisfy { $0 == 1 })
        }
        #expect(seen > 20 && gone > 20)
    }

    @Test("A file is made before a crash or not at all")
    func filesAreAtomic() {
        var made = 0
        for seed in 0..<50 as Range<UInt64> {
            var random = Choices(seed: seed)
            var disk = disk()
            disk.begin(.prepare(SegmentNumber(2), byteCount: 512, recycling: nil))
            _ = disk.crash(&random)
            made += disk.segments.count - 1
            #expect(disk.finishFileOperation() == nil)
        }
        #expect(made > 0 && made < 50)
    }

    @Test("A recycled segment keeps its bytes under another number")
    func recycling() {
        var disk = disk()
        disk.write(segment, offset: 0, ones(10))
        disk.synced()
        disk.begin(.prepare(SegmentNumber(5), byteCount: 8 * 512, recycling: segment))
        _ = disk.finishFileOperation()
        #expect(disk.segments.map(\.number) == [SegmentNumber(5)])
        #expect(disk.segments[0].bytes[..<10].allSatisfy { $0 == 1 })
    }
}

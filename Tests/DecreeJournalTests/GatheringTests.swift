import DecreeJournal
import PaxosBase
import PaxosLog
import Testing

@Suite struct GatheringTests {
    /// What a journal wrote under a limit for payloads that are copied.
    private func written(_ gatheredPayloadByteCount: Int) throws -> (disk: VirtualDisk, pieces: Int) {
        var options = testOptions()
        options.gatheredPayloadByteCount = gatheredPayloadByteCount
        var journal = try JournalOnDisk(options: options)
        journal.settle()
        var pieces = 0
        for first in stride(from: UInt64(1), to: 60, by: 4) {
            journal.append(
                [.promised(ballot(first)), .accepted(Slot(first), ballot(first), command(first, byteCount: 0))]
                    + (1..<4).map {
                        .accepted(
                            Slot(first + $0), ballot(first), command(first + $0, byteCount: Int(first + $0 * 300) % 900)
                        )
                    } + [.learned(Slot(first), .unknown(kind: 9, payload: Payload([1, 2, 3])))])
            if case .write(_, _, let bytes)? = journal.effects.first { pieces += bytes.pieces.count }
            journal.settle()
        }
        return (journal.disk, pieces)
    }

    @Test("The same bytes reach the disk, whether payloads are copied or written from where they stand")
    func sameBytes() throws {
        let copied = try written(.max)
        #expect(copied.pieces == 15)
        for threshold in [1, 3, 100, 450, 640] {
            let gathered = try written(threshold)
            #expect(gathered.pieces > copied.pieces)
            #expect(gathered.disk.numbers == copied.disk.numbers)
            for number in copied.disk.numbers {
                #expect(gathered.disk.bytes(of: number) == copied.disk.bytes(of: number))
            }
        }
    }
}

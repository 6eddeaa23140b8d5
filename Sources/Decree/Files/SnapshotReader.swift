#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Some whole blocks of a snapshot, checked.
final class SnapshotChunk: @unchecked Sendable {
    let memory: UnsafeMutableRawBufferPointer
    fileprivate(set) var blocks: [Range<Int>] = []
    /// The footer was found: nothing follows.
    fileprivate(set) var isLast = false
    /// How far the memory is filled, and how far it was taken.
    fileprivate var filled = 0
    fileprivate var taken = 0

    init(byteCount: Int) {
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
    }

    deinit { memory.deallocate() }

    func block(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[range]) }
}

/// Reads a snapshot file from front to back in large pieces and checks every block, while another thread restores what
/// was read before. Used by one thread at a time.
final class SnapshotReader: @unchecked Sendable {
    private static let chunkByteCount = 8 << 20

    let header: SnapshotHeader
    private let file: File
    private let headerChecksum: UInt32
    private var former: SnapshotChunk?
    private var blocks: UInt64 = 0
    private var byteCount = 0

    /// Opens the file and reads its header.
    /// - Throws: `SnapshotFormat.Finding`, `FileError`.
    init(path: String) throws {
        file = try File(path: path, flags: O_RDONLY)
        file.expectSequentialReads()
        let chunk = SnapshotChunk(byteCount: Self.chunkByteCount)
        chunk.filled = try file.readFully(into: chunk.memory)
        let bytes = UnsafeRawBufferPointer(rebasing: chunk.memory[..<chunk.filled])
        let (header, checksum, headerByteCount) = try SnapshotFormat.decodeHeader(bytes)
        self.header = header
        headerChecksum = checksum
        byteCount = headerByteCount
        chunk.taken = headerByteCount
        former = chunk
    }

    /// The next blocks. Not to be called again after the last ones.
    /// - Throws: `SnapshotFormat.Finding`, `FileError`.
    func next() throws -> SnapshotChunk {
        var chunk = try refill(minimumByteCount: SnapshotFormat.blockHeaderByteCount)
        if let needed = try parse(chunk) {
            // One block is larger than a chunk.
            former = chunk
            chunk = try refill(minimumByteCount: needed)
            guard try parse(chunk) == nil else { throw SnapshotFormat.Finding.damaged("the file is cut") }
        }
        former = chunk
        return chunk
    }

    /// The rest of the former chunk and what follows it in the file.
    private func refill(minimumByteCount: Int) throws -> SnapshotChunk {
        guard let former else { throw SnapshotFormat.Finding.damaged("the file goes on behind its end") }
        let rest = former.taken..<former.filled
        if byteCount > 0 && blocks == 0 && former.blocks.isEmpty && rest.count > minimumByteCount {
            // The chunk that the header came with was not looked at yet.
            return former
        }
        let chunk = SnapshotChunk(byteCount: max(Self.chunkByteCount, minimumByteCount))
        chunk.memory.copyBytes(from: former.memory[rest])
        let room = UnsafeMutableRawBufferPointer(rebasing: chunk.memory[rest.count...])
        chunk.filled = rest.count + (try file.readFully(into: room))
        return chunk
    }

    /// Finds and checks the whole blocks of a chunk.
    /// - Returns: How many bytes the first block needs, if it is not whole.
    private func parse(_ chunk: SnapshotChunk) throws -> Int? {
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: chunk.memory[chunk.taken..<chunk.filled])
            guard rest.count >= SnapshotFormat.blockHeaderByteCount else {
                return try missing(SnapshotFormat.blockHeaderByteCount, in: chunk)
            }
            let length = Int(UInt32(littleEndian: rest.loadUnaligned(as: UInt32.self)))
            guard length > 0 else {
                guard rest.count >= SnapshotFormat.footerByteCount else {
                    return try missing(SnapshotFormat.footerByteCount, in: chunk)
                }
                try checkFooter(rest)
                chunk.isLast = true
                former = nil
                return nil
            }
            guard length <= SnapshotFormat.maximumBlockByteCount else {
                throw SnapshotFormat.Finding.damaged("block \(blocks) has an impossible length")
            }
            let total = SnapshotFormat.blockHeaderByteCount + length
            guard rest.count >= total else { return try missing(total, in: chunk) }
            try checkBlock(UnsafeRawBufferPointer(rebasing: rest[..<total]))
            chunk.blocks.append(chunk.taken + SnapshotFormat.blockHeaderByteCount..<chunk.taken + total)
            chunk.taken += total
        }
    }

    /// A chunk ends within a block: what was found before it is enough for now, unless there was nothing.
    private func missing(_ needed: Int, in chunk: SnapshotChunk) throws -> Int? {
        if chunk.filled < chunk.memory.count { throw SnapshotFormat.Finding.damaged("the file is cut") }
        return chunk.blocks.isEmpty ? needed : nil
    }

    private func checkBlock(_ block: UnsafeRawBufferPointer) throws {
        let seal = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let bytes = UnsafeRawBufferPointer(rebasing: block[SnapshotFormat.blockHeaderByteCount...])
        guard SnapshotFormat.seal(bytes, number: blocks, header: headerChecksum) == seal else {
            throw SnapshotFormat.Finding.damaged("the checksum of block \(blocks) does not match")
        }
        blocks += 1
        byteCount += block.count
    }

    private func checkFooter(_ rest: UnsafeRawBufferPointer) throws {
        let expected = SnapshotFormat.footer(blocks: blocks, byteCount: UInt64(byteCount), header: headerChecksum)
        guard rest.count == expected.count, rest.elementsEqual(expected) else {
            throw SnapshotFormat.Finding.damaged("the footer does not fit the \(blocks) blocks before it")
        }
    }
}

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The directory of the segment files.
final class SegmentDirectory: Sendable {
    let path: String
    /// Open for as long as this lives: names must reach stable storage even when no other file can be opened.
    private let handle: FileHandle

    static let preparingSuffix = ".preparing"
    private static let chunkByteCount = 1 << 20
    private static let chunksPerSync = 8

    /// Makes the directory if it is not there.
    init(_ path: String) throws(JournalError) {
        self.path = path
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .file(operation: .makeDirectory, path: path, errno: errno)
        }
        handle = try FileHandle(directory: path)
    }

    func path(of number: SegmentNumber) -> String { path + "/" + number.fileName }

    /// The segments that are there, ascending, and before them the anchor.
    func segments() throws(JournalError) -> [SegmentNumber] {
        try names().compactMap { SegmentNumber(fileName: $0) }.sorted()
    }

    /// Removes what an interrupted preparation left. Only once the journal is found sound: a start that is refused changes
    /// nothing.
    func removeUnfinished() throws(JournalError) {
        for name in try names()
        where name.hasSuffix(Self.preparingSuffix) && isJournalFile(name.dropLast(Self.preparingSuffix.count)) {
            try remove(path + "/" + name)
        }
    }

    private func isJournalFile(_ name: Substring) -> Bool { SegmentNumber(fileName: String(name)) != nil }

    private func names() throws(JournalError) -> [String] {
        guard let directory = opendir(path) else { throw .file(operation: .list, path: path, errno: errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                    tuple.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
                })
        }
        return names
    }

    /// Makes a segment file full of zeros under its name, durably. What bore the name is replaced.
    func create(_ number: SegmentNumber, byteCount: Int) throws(JournalError) {
        let temporary = path(of: number) + Self.preparingSuffix
        do {
            let file = try FileHandle(temporary, .replacing)
            try fill(file, byteCount: byteCount)
        } catch {
            unlink(temporary)
            throw error
        }
        try rename(temporary, path(of: number))
    }

    /// Writes zeros, synced in parts so that the journal's own syncs do not wait for all of it.
    private func fill(_ file: borrowing FileHandle, byteCount: Int) throws(JournalError) {
        try file.reserve(byteCount)
        let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkByteCount, alignment: 4096)
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        defer { zeros.deallocate() }
        var offset = 0
        while offset < byteCount {
            let count = min(Self.chunkByteCount, byteCount - offset)
            try file.write(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(zeros)[..<count]), at: offset)
            offset += count
            if offset % (Self.chunkByteCount * Self.chunksPerSync) == 0 { try file.sync() }
        }
        try file.sync()
    }

    /// Makes an old segment's file that of another segment, durably.
    func recycle(_ old: SegmentNumber, as number: SegmentNumber) throws(JournalError) {
        try rename(path(of: old), path(of: number))
    }

    /// Removes a segment file, durably.
    func remove(_ number: SegmentNumber) throws(JournalError) { try remove(path(of: number)) }

    private func remove(_ file: String) throws(JournalError) {
        guard unlink(file) == 0 || errno == ENOENT else {
            throw .file(operation: .remove, path: file, errno: errno)
        }
        try sync()
    }

    private func rename(_ old: String, _ new: String) throws(JournalError) {
        #if canImport(Darwin)
        let result = Darwin.rename(old, new)
        #elseif canImport(Musl)
        let result = Musl.rename(old, new)
        #else
        let result = Glibc.rename(old, new)
        #endif
        guard result == 0 else { throw .file(operation: .rename, path: old, errno: errno) }
        try sync()
    }

    /// Brings names to stable storage.
    func sync() throws(JournalError) { try handle.syncNames() }

    /// How many bytes an ordinary user may still write on the volume; nil when nobody says.
    var freeByteCount: UInt64? { handle.freeByteCount }
}

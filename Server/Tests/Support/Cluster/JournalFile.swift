import Foundation

/// A segment of a node's journal, read and changed behind the node's back while it does not run.
///
/// The layout is that of DecreeJournal: a page with magic, format (at 8), number (16) and first sequence (24); batches
/// at multiples of eight bytes with a header of 32 bytes: two checksums, sequence (at 8), length of the payload (16),
/// number of records (20); then the payload.
public struct JournalFile {
    public struct Batch: Hashable, Sendable {
        public let sequence: UInt64
        /// In bytes of the file, header included.
        public let range: Range<Int>
        /// Zero for a mark, which only shows that the batch before it was synced.
        public let records: Int
    }

    public let path: String
    public private(set) var bytes: [UInt8]
    /// The batches from the first to the last that stands in sequence.
    public let batches: [Batch]

    /// The segment of a node that was written last.
    public init(newestOf node: ServerNode) throws {
        let directory = node.dataDirectory + "/journal"
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".segment") }
        for name in names.sorted().reversed() {
            let file = try JournalFile(path: directory + "/" + name)
            if file.isStarted {
                self = file
                return
            }
        }
        throw LaunchFailure(description: "no started journal segment in \(directory): \(names)")
    }

    private init(path: String) throws {
        self.path = path
        bytes = try readFile(path)
        var batches: [Batch] = []
        var offset = Self.pageByteCount
        var expected = Self.word64(bytes, 24)
        while offset + 32 <= bytes.count, Self.word64(bytes, offset + 8) == expected, expected != 0 {
            let length = Self.word32(bytes, offset + 16)
            let end = offset + (32 + length + 7) & ~7
            guard end <= bytes.count else { break }
            batches.append(Batch(sequence: expected, range: offset..<end, records: Self.word32(bytes, offset + 20)))
            offset = end
            expected += 1
        }
        self.batches = batches
    }

    private static let pageByteCount = 4_096

    /// Whether the file bears a header of its own number: others are only prepared for later.
    private var isStarted: Bool {
        guard bytes.count > Self.pageByteCount, Array(bytes.prefix(8)) == Array("DECREEJL".utf8) else { return false }
        let name = (path as NSString).lastPathComponent
        return UInt64(name.prefix { $0.isNumber }) == Self.word64(bytes, 16)
    }

    /// Behind the last batch.
    public var end: Int { batches.last?.range.upperBound ?? Self.pageByteCount }

    /// Overwrites bytes of the file on disk.
    public mutating func overwrite(at offset: Int, with new: [UInt8]) throws {
        bytes.replaceSubrange(offset..<offset + new.count, with: new)
        try update {
            $0.seek(toFileOffset: UInt64(offset)); $0.write(Data(new))
        }
    }

    /// Cuts the file on disk short.
    public mutating func truncate(to count: Int) throws {
        bytes.removeSubrange(count...)
        try update { $0.truncateFile(atOffset: UInt64(count)) }
    }

    private func update(_ body: (FileHandle) -> Void) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        body(handle)
        try handle.synchronize()
        try handle.close()
    }

    private static func word32(_ bytes: [UInt8], _ offset: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << ($1 * 8) }
    }

    private static func word64(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (UInt64($1) * 8) }
    }
}

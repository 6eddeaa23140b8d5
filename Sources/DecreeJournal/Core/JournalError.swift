import DecreeWire

/// Why a journal cannot be opened. Each description says which file, what was found, and what can be done.
public enum JournalError: Error, Hashable, Sendable {
    /// Something that was acknowledged cannot be read any more.
    case damaged(JournalDamage)
    /// A segment that is still needed is gone.
    case missing(SegmentNumber)
    /// Written by a newer program.
    case newerFormat(SegmentNumber, found: UInt32, known: UInt32)
    /// An intact batch holds what this program does not know.
    case unknownRecord(SegmentNumber, offset: Int, WireError)
    /// The journal of another node.
    case foreign(SegmentNumber, found: JournalIdentity, expected: JournalIdentity)
    /// A batch that stood here cannot be read back, in a journal that is in use.
    case unreadable(SegmentNumber, offset: Int)
    /// The file system refused an operation.
    case file(operation: FileOperation, path: String, errno: Int32)
    /// The system gave no thread.
    case thread(name: String, errno: Int32)
}

/// What was tried on a file.
public enum FileOperation: String, Hashable, Sendable {
    case makeDirectory = "make the directory"
    case list = "list the directory"
    case open, read, write, resize, rename, remove, sync
}

/// A place of the journal that cannot be read although it was acknowledged.
///
/// For now it keeps the node from starting. It names the batches that are lost, which is what a later version needs to
/// mark their slots as faulty instead.
public struct JournalDamage: Hashable, Sendable {
    public let segment: SegmentNumber
    /// Where in the file, in bytes.
    public let offset: Int
    /// The first batch that cannot be read.
    public let sequence: UInt64
    public let finding: Finding
    /// An intact batch, later than the lost one, that shows that it was acknowledged.
    public let witness: Witness

    public enum Finding: String, Hashable, Sendable {
        case segmentHeader = "the segment's header cannot be read"
        case batchHeader = "the batch's header cannot be read"
        case batchChecksum = "the checksum of the batch does not match"
        case batchOrder = "another batch stands in its place"
        case anchor = "neither of its two copies can be read"
        case promise = "a promise or a start of this node is not in it"
    }

    public struct Witness: Hashable, Sendable {
        public let segment: SegmentNumber
        public let offset: Int
        public let sequence: UInt64

        public init(segment: SegmentNumber, offset: Int, sequence: UInt64) {
            self.segment = segment
            self.offset = offset
            self.sequence = sequence
        }

        var finding: String {
            segment == .anchor
                ? "batch \(sequence) was acknowledged, as the file \(segment) tells"
                : "batch \(sequence) follows at byte \(offset) of \(segment)"
        }
    }

    public init(segment: SegmentNumber, offset: Int, sequence: UInt64, finding: Finding, witness: Witness) {
        self.segment = segment
        self.offset = offset
        self.sequence = sequence
        self.finding = finding
        self.witness = witness
    }
}

extension JournalError: CustomStringConvertible {
    public var description: String { nextStep.map { "\(finding). \($0)" } ?? finding }

    /// What was found and where.
    public var finding: String {
        switch self {
        case .damaged(let damage):
            "journal file \(damage.segment) is damaged at byte \(damage.offset): \(damage.finding.rawValue) "
                + "(batch \(damage.sequence)), yet \(damage.witness.finding). Acknowledged data would be lost, so the "
                + "node does not start"
        case .missing(let segment):
            "journal file \(segment) is missing. Acknowledged data would be lost, so the node does not start"
        case .newerFormat(let segment, let found, let known):
            "journal file \(segment) has format \(found), this program knows up to \(known)"
        case .unknownRecord(let segment, let offset, let error):
            "journal file \(segment) holds at byte \(offset) what this program does not know (\(error))"
        case .foreign(let segment, let found, let expected):
            "journal file \(segment) belongs to another node (\(found)), this is \(expected)"
        case .unreadable(let segment, let offset):
            "journal file \(segment) cannot be read back at byte \(offset), where a batch stood, so nothing is answered "
                + "from there"
        case .file(let operation, let path, let number):
            "cannot \(operation.rawValue) \(path): \(errorText(number))"
        case .thread(let name, let number): "cannot start the thread \(name): \(errorText(number))"
        }
    }

    /// What an operator can do, where it follows from what was found.
    public var nextStep: String? {
        switch self {
        case .damaged, .missing, .unreadable:
            "Replace this member: remove it from the cluster and add a new one, under another identity, that starts with "
                + "an empty directory. (No older copy of this directory will do: it forgot what the node promised since.)"
        case .newerFormat, .unknownRecord: "Start the newer program that wrote it"
        case .foreign: "Check the data directory: files of another one were moved into it"
        case .file, .thread: nil
        }
    }
}

import PaxosBase

/// The files in `snapshots/`: one for each snapshot, named for the slot that it covers.
struct SnapshotDirectory: Sendable {
    let path: String

    private static let prefix = "snapshot-"
    private static let suffix = ".decree"

    static func name(of slot: Slot) -> String { "\(prefix)\(hexadecimal(slot.rawValue))\(suffix)" }

    func file(of slot: Slot) -> String { "\(path)/\(Self.name(of: slot))" }

    /// Where a snapshot is written until it is whole.
    var temporaryFile: String { "\(path)/unfinished.tmp" }

    /// The slots of the snapshots that are there, newest first.
    func slots() throws(FileError) -> [Slot] {
        try FileSystem.list(path).compactMap { name in
            guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix) else { return nil }
            let digits = name.dropFirst(Self.prefix.utf8.count).dropLast(Self.suffix.utf8.count)
            return digits.utf8.count == 16 ? UInt64(digits, radix: 16).map { Slot($0) } : nil
        }.sorted(by: >)
    }

    /// Removes what a stopped process left unfinished.
    func removeUnfinished() throws(FileError) { try FileSystem.remove(temporaryFile) }

    /// Keeps the newest snapshots only.
    func prune(keeping kept: Int) throws(FileError) {
        for slot in try slots().dropFirst(kept) { try FileSystem.remove(file(of: slot)) }
    }
}

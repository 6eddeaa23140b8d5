import PaxosBase

/// The files in `snapshots/`: one for each snapshot, named for the slot that it covers.
struct SnapshotDirectory: Sendable {
    let path: String

    private static let prefix = "snapshot-"
    private static let suffix = ".decree"
    private static let unusableSuffix = ".unusable"

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

    /// Gives a damaged snapshot another name, so that it counts no more; ``prune(keeping:sparing:)`` removes it.
    func setAside(_ slot: Slot) throws(FileError) {
        try FileSystem.rename(file(of: slot), to: file(of: slot) + Self.unusableSuffix)
        try FileSystem.syncDirectory(path)
    }

    /// Keeps the snapshot that was just written and the newest others, `kept` together.
    func prune(keeping kept: Int, sparing written: Slot) throws(FileError) {
        let others = try slots().filter { $0 != written }
        for slot in others.dropFirst(kept - 1) { try FileSystem.remove(file(of: slot)) }
        for name in try FileSystem.list(path) where name.hasSuffix(Self.suffix + Self.unusableSuffix) {
            try FileSystem.remove("\(path)/\(name)")
        }
    }
}

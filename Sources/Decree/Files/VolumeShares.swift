import DecreeJournal

/// What a journal and snapshots may take of the volume that they lie on: on a small one less than elsewhere, so that a
/// node serves where there is room for one at all.
struct VolumeShares: Hashable {
    /// On a smaller one there is no room for a reserve, the segments in use and ready, and two snapshots.
    static let minimumVolumeBytes = 16 << 20
    private static let page = 4096

    /// Of all files; nil when the system does not say.
    let volumeBytes: Int?

    /// Whether a node can work here.
    var isTooSmall: Bool { volumeBytes.map { $0 < Self.minimumVolumeBytes } ?? false }

    private func share(_ divisor: Int, of wanted: Int) -> Int {
        min(wanted, volumeBytes.map { $0 / divisor / Self.page * Self.page } ?? wanted)
    }

    /// What is given counts, but for segments of which no second would find room; the rest is derived. A journal that has grown to a quarter of the volume is worth a snapshot,
    /// and a snapshot leaves a sixteenth free.
    func fit(_ settings: inout NodeSettings) {
        let options = JournalOptions()
        let given = settings.journalSegmentBytes.map { share(4, of: $0) }
        settings.journalSegmentBytes = given ?? share(16, of: options.segmentByteCount)
        settings.journalReserveBytes = settings.journalReserveBytes ?? share(8, of: Int(options.spaceReserve))
        settings.limits.snapshots.minimumJournalBytes = share(4, of: settings.limits.snapshots.minimumJournalBytes)
        settings.limits.snapshots.reservedDiskBytes = share(16, of: settings.limits.snapshots.reservedDiskBytes)
    }
}

/// A version that a query has found, with the number that it is sorted by.
struct CollectedVersion {
    var rank: UInt64
    var version: Version
}

extension KeyValueList {
    /// The list of one version, or of none.
    init(_ version: Version?, withValue: Bool = true) {
        guard let version else {
            self.init()
            return
        }
        let storage = KeyValueStorage(capacity: version.listedByteCount(withValue: withValue))
        storage.append(version.view(withValue: withValue))
        self.init(storage: storage)
    }

    /// - Parameter byteCount: What the entries for all of them take.
    init(_ versions: [Version], byteCount: Int) {
        guard !versions.isEmpty else {
            self.init()
            return
        }
        let storage = KeyValueStorage(capacity: byteCount)
        for version in versions { storage.append(version.view(withValue: true)) }
        self.init(storage: storage)
    }
}

extension Version {
    /// What an entry for this version takes in a list.
    @inline(__always)
    func listedByteCount(withValue: Bool) -> Int {
        EntryHeader.byteCount &+ key.key.count &+ (withValue ? valueLength : 0)
    }
}

/// The switches that etcd calls feature gates. None of them has a counterpart here, but a misspelt one is noticed.
/// - Source: etcd v3.6.14, `server/features/etcd_features.go`.
enum FeatureGates {
    private static let known = [
        "StopGRPCServiceOnDefrag", "InitialCorruptCheck", "CompactHashCheck", "TxnModeWriteWithSharedBuffer",
        "LeaseCheckpoint", "LeaseCheckpointPersist", "SetMemberLocalAddr", "FastLeaseKeepAlive", "AllAlpha", "AllBeta",
    ]

    /// - Returns: What is worth a warning.
    static func check(_ text: String) throws(ServeRefusal) -> [String] {
        for gate in GoValues.list(text) {
            let sides = gate.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { $0.trimmed }
            guard sides.count == 2 else {
                throw ServeRefusal(.badFlag, "missing bool value for feature gate \(sides[0])")
            }
            guard known.contains(sides[0]) else {
                throw ServeRefusal(.badFlag, "unrecognized feature gate: \(sides[0])")
            }
            guard GoValues.bool(sides[1]) != nil else {
                throw ServeRefusal(.badFlag, "invalid value of feature gate \(gate)")
            }
        }
        return []
    }
}

import PaxosBase

/// Replicas that applied the same slots are in the same state.
struct DigestChecker {
    private var digests: [StateDigest?] = []

    /// The machine of `node` has applied everything up to `slot`.
    mutating func reached(_ slot: Slot, _ digest: StateDigest, by node: NodeID, _ findings: Findings) {
        let index = Int(slot.rawValue)
        while digests.count <= index { digests.append(nil) }
        guard let known = digests[index] else {
            digests[index] = digest
            return
        }
        guard known != digest else { return }
        findings.report(.digest, "\(node) has digest \(digest) at \(slot), another had \(known)")
    }
}

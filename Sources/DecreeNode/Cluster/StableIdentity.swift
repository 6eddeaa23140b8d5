import PaxosBase

/// Identifiers that follow from what operators write on every node's command line, equal wherever the line is equal.
public enum StableIdentity {
    /// The identifier of a cluster; never 0.
    /// - Parameters:
    ///   - peerURLs: The peer URLs of all members, in any order.
    ///   - token: Tells clusters apart that have equal URLs.
    public static func clusterID(peerURLs: [String], token: String) -> UInt64 {
        identifier(seed: 0x636C_7573, peerURLs: peerURLs, token: token)
    }

    /// The identifier of one member; never 0.
    /// - Parameters:
    ///   - peerURLs: The member's own peer URLs, in any order.
    ///   - token: The cluster's token.
    public static func nodeID(peerURLs: [String], token: String) -> NodeID {
        NodeID(identifier(seed: 0x6E6F_6465, peerURLs: peerURLs, token: token))
    }

    private static func identifier(seed: UInt64, peerURLs: [String], token: String) -> UInt64 {
        var hasher = StableHasher(seed: seed)
        for url in peerURLs.sorted() { hasher.combine(url) }
        hasher.combine(token)
        let hash = hasher.finalize()
        return hash == 0 ? 1 : hash
    }
}

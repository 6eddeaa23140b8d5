import DecreeWire
import PaxosBase

/// Who a node is and what it must never forget besides its journal: small, rarely changed, durable before it counts.
public struct NodeIdentity: Hashable, Sendable {
    public let clusterID: UInt64
    public let node: NodeID
    /// Minted at the first start of the data directory: another one means that the disk was lost.
    public let store: StoreID
    /// The members with their store ids, ascending by node, once the cluster was formed; nil before.
    ///
    /// A node votes only when it has this: every initial member answered, and none had been formed with another store
    /// id in this one's place.
    public var formed: [FormedMember]?
    /// The journal holds the first incarnation: from then on a directory without one has lost it.
    public var hasBegun = false
    /// With which names and addresses the node was last started; nil in what a version wrote that did not record it.
    public var cluster: ClusterDescription?

    public struct FormedMember: Hashable, Sendable {
        public let node: NodeID
        public let store: StoreID

        public init(node: NodeID, store: StoreID) {
            self.node = node
            self.store = store
        }
    }

    public init(clusterID: UInt64, node: NodeID, store: StoreID, formed: [FormedMember]? = nil) {
        self.clusterID = clusterID
        self.node = node
        self.store = store
        self.formed = formed
    }

    /// The store id that was recorded for a peer; nil before the cluster is formed, and for strangers.
    public func store(of node: NodeID) -> StoreID? { formed?.first { $0.node == node }?.store }
}

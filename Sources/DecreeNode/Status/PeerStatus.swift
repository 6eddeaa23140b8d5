import PaxosBase

/// How a node stands with one of its peers.
public struct PeerStatus: Hashable, Sendable {
    /// The peer.
    public let node: NodeID
    /// Its name in the list of members.
    public let name: String
    /// Both connections to the peer and both from it are open and greeted.
    public var isConnected = false
    /// Since when ``isConnected`` has been what it is, on the node's monotonic clock.
    public var since = Instant.zero
    /// The program and version that the peer named.
    public var software: String?
    /// Why the last attempt failed, or the last connection was lost or refused.
    public var lastFailure: String?
    /// What went over its connections.
    public var counters = PeerCounters()

    /// A peer that nothing is known of yet.
    /// - Parameters:
    ///   - node: The peer.
    ///   - name: Its name in the list of members.
    public init(node: NodeID, name: String) {
        self.node = node
        self.name = name
    }
}

/// What went over the connections of one peer since the node started.
public struct PeerCounters: Hashable, Sendable {
    /// Frames that were handed to the system.
    public var framesSent: UInt64 = 0
    /// Their bytes.
    public var bytesSent: UInt64 = 0
    /// Given up because too much was waiting already; the protocol sends such messages again.
    public var framesDropped: UInt64 = 0
    /// Whole frames that came.
    public var framesReceived: UInt64 = 0
    /// Bytes that came.
    public var bytesReceived: UInt64 = 0
    /// How often a connection to the peer was opened and greeted.
    public var connects: UInt64 = 0

    public init() {}
}

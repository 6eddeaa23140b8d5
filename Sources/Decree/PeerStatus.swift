import PaxosBase

/// How a node stands with one of its peers.
public struct PeerStatus: Hashable, Sendable {
    public let node: NodeID
    public let name: String
    /// Both connections to the peer and both from it are open and greeted.
    public internal(set) var isConnected = false
    /// Since when ``isConnected`` has been what it is, on the node's monotonic clock.
    public internal(set) var since = Instant.zero
    /// The program and version that the peer named.
    public internal(set) var software: String?
    /// Why the last attempt failed, or the last connection was lost or refused.
    public internal(set) var lastFailure: String?
    public internal(set) var counters = PeerCounters()
}

/// What went over the connections of one peer since the node started.
public struct PeerCounters: Hashable, Sendable {
    public internal(set) var framesSent: UInt64 = 0
    public internal(set) var bytesSent: UInt64 = 0
    /// Given up because too much was waiting already; the protocol sends such messages again.
    public internal(set) var framesDropped: UInt64 = 0
    public internal(set) var framesReceived: UInt64 = 0
    public internal(set) var bytesReceived: UInt64 = 0
    /// How often a connection to the peer was opened and greeted.
    public internal(set) var connects: UInt64 = 0
}

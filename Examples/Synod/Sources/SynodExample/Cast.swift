import PaxosBase
import PaxosSynod

/// Who plays which role, and where: process number n listens on the n-th port behind the first.
public struct Cast: Sendable {
    public let firstPort: UInt16
    public let synod = Synod(
        proposers: [NodeID(1), NodeID(2)], acceptors: [NodeID(3), NodeID(4), NodeID(5)], learners: [NodeID(6)])

    /// - Parameter firstPort: Port 0 of the cast, which nobody uses.
    public init(firstPort: UInt16) { self.firstPort = firstPort }

    public static let identities = 1...6

    public func port(of identity: NodeID) -> UInt16 { firstPort + UInt16(identity.rawValue) }

    /// Who sends from a port; nil for a stranger. On a loopback that only its owner uses, that is proof enough.
    public func identity(at port: UInt16) -> NodeID? {
        guard port > firstPort, Self.identities.contains(Int(port - firstPort)) else { return nil }
        return NodeID(UInt64(port - firstPort))
    }

    public func role(of identity: NodeID) -> String {
        if synod.proposers.contains(identity) { return "proposer" }
        return synod.learners.contains(identity) ? "learner" : "acceptor"
    }
}

import Logging
import NIOCore
import NIOPosix
import PaxosBase
import PaxosLog
import Testing

@testable import Decree
@testable import DecreeWire

private final class Delegate: PeerTransportDelegate {
    let greeting: Greeting
    private(set) var lost: [NodeID] = []

    init(_ greeting: Greeting) { self.greeting = greeting }

    func greeted(_ hello: Hello, isAnswer: Bool) {}
    func received(_ envelopes: [Envelope], from peer: NodeID) {}
    func lost(_ peer: NodeID) { lost.append(peer) }
}

struct DialerTests {
    /// Calls `body` on an event loop with a dialer to a port that nobody listens on.
    private func withDialer(_ body: @escaping @Sendable (Dialer) -> Void) async throws {
        let ports = try await freePorts(2)
        let members = (0..<2).map {
            Member(
                node: NodeID(UInt64($0 + 1)), name: "n\($0)",
                addresses: [PeerAddress(host: "127.0.0.1", port: ports[$0])])
        }
        let cluster = try ClusterDescription(token: "t", members: members, clusterID: 7)
        let identity = Identity(clusterID: 7, node: NodeID(1), store: StoreID(high: 1, low: 1))
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        try await loop.flatSubmit {
            let delegate = Delegate(
                Greeting(
                    identity: identity, members: cluster.memberList, software: "test", incarnation: Incarnation(1)))
            let transport = PeerTransport(
                loop: loop, cluster: cluster, node: NodeID(1), settings: NodeSettings(), logger: testLogger(),
                delegate: delegate)
            let dialer = Dialer(link: transport.links[0], kind: .bulk)
            return withExtendedLifetime(delegate) {
                body(dialer)
                _ = dialer.close()
                return transport.close()
            }
        }.get()
    }

    @Test("Only the connection of the attempt under way decides what becomes of it")
    func staleConnections() async throws {
        try await withDialer { dialer in
            let first = OutgoingConnection(dialer: dialer)
            let other = OutgoingConnection(dialer: dialer)
            dialer.dial()
            #expect(dialer.begins(first))
            #expect(!dialer.begins(other))
            dialer.ended(other, reason: nil)
            #expect(dialer.isDialling && !dialer.isWaiting)
            dialer.failed("refused", isRefusal: true, of: first)
            #expect(!dialer.isDialling && dialer.isWaiting)
            dialer.dialAtOnce()
            #expect(dialer.isDialling && !dialer.isWaiting)
            // The refused connection is closed only now.
            dialer.ended(first, reason: nil)
            #expect(dialer.isDialling && !dialer.isWaiting)
        }
    }

    @Test("However attempts and pauses meet, the next failure is followed by another attempt")
    func retries() async throws {
        try await withDialer { dialer in
            for _ in 0..<3 {
                dialer.dial()
                dialer.dialAtOnce()
                let connection = OutgoingConnection(dialer: dialer)
                #expect(dialer.begins(connection))
                dialer.ended(connection, reason: nil)
                #expect(dialer.isWaiting && !dialer.isDialling)
                dialer.dialAtOnce()
                #expect(!dialer.isWaiting && dialer.isDialling)
            }
        }
    }

    /// What the peer says to this node.
    private static func hello(to dialer: Dialer) throws -> Hello {
        let greeting = try #require(dialer.link.transport.delegate?.greeting)
        let peer = Identity(clusterID: 7, node: NodeID(2), store: StoreID(high: 2, low: 2))
        return Greeting(identity: peer, members: greeting.members, software: "test", incarnation: Incarnation(1))
            .hello(to: NodeID(1), connection: .bulk)
    }

    @Test("A connection that comes about makes up for the attempts that failed before")
    func forgetsFailures() async throws {
        try await withDialer { dialer in
            for _ in 0..<5 {
                dialer.dial()
                dialer.dialAtOnce()
                let connection = OutgoingConnection(dialer: dialer)
                #expect(dialer.begins(connection))
                dialer.failed("refused", isRefusal: true, of: connection)
            }
            #expect(dialer.failures > 5)
            dialer.dialAtOnce()
            let connection = OutgoingConnection(dialer: dialer)
            #expect(dialer.begins(connection))
            let isGreeted = (try? Self.hello(to: dialer)).map { dialer.greeted(connection, by: $0, version: 2) }
            #expect(isGreeted == true && dialer.failures == 0)
        }
    }

    @Test("The end of a connection that another has replaced says nothing of the peer, that of the other does")
    func replaced() async throws {
        try await withDialer { dialer in
            let (link, transport) = (dialer.link, dialer.link.transport)
            let former = IncomingConnection(transport: transport, maximumFrameBytes: 1 << 20)
            let later = IncomingConnection(transport: transport, maximumFrameBytes: 1 << 20)
            for connection in [former, later] { link.adopt(connection, kind: .heartbeat) }
            let delegate = transport.delegate as? Delegate
            link.ended(former, kind: .heartbeat)
            #expect(!link.hasNoIncoming && delegate?.lost == [])
            link.ended(later, kind: .heartbeat)
            #expect(link.hasNoIncoming && delegate?.lost == [NodeID(2)])
        }
    }
}

import DecreeNode
import DecreeWire
import Foundation
import NIOCore
import NIOEmbedded
import PaxosBase
import PaxosLog
import Testing

@testable import Decree

/// Changed bytes from whoever reaches the peer port. `make attack` goes on for longer.
@Suite(.serialized, .timeLimit(.minutes(70))) struct PeerAttackTests {
    /// A peer port without sockets.
    private final class Listener: PeerTransportDelegate {
        let loop = EmbeddedEventLoop()
        var transport: PeerTransport!
        let greeting: Greeting
        let hello: [UInt8]
        var delivered: [Envelope] = []
        var greeted = 0

        init() throws {
            let members = (1...3).map {
                Member(
                    node: NodeID(UInt64($0)), name: "n\($0)", addresses: [PeerAddress(host: "127.0.0.1", port: 9)])
            }
            let cluster = try ClusterDescription(token: "t", members: members, clusterID: 7)
            func greeting(_ node: UInt64) -> Greeting {
                let identity = Identity(clusterID: 7, node: NodeID(node), store: StoreID(high: node, low: 1))
                return Greeting(
                    identity: identity, members: cluster.memberList, software: "test", incarnation: Incarnation(1))
            }
            self.greeting = greeting(1)
            hello = HandshakeCodec.encode(.hello(greeting(2).hello(to: NodeID(1), connection: .bulk)))
            var settings = NodeSettings()
            settings.maximumFrameBytes = 1 << 20
            transport = PeerTransport(
                loop: loop, cluster: cluster, node: NodeID(1), settings: settings, logger: testLogger(),
                delegate: self)
        }

        func greeted(_ hello: Hello, isAnswer: Bool) { greeted += 1 }
        func received(_ envelopes: [Envelope], from peer: NodeID) { delivered += envelopes }
        func lost(_ peer: NodeID) {}

        /// One connection, from its first byte to its end.
        func hear(_ attack: PeerAttack) throws {
            delivered.removeAll(keepingCapacity: true)
            let connection = IncomingConnection(transport: transport, maximumFrameBytes: 1 << 20)
            let channel = EmbeddedChannel(loop: loop)
            try channel.pipeline.syncOperations.addHandler(connection)
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
            for piece in attack.pieces where channel.isActive { try channel.writeInbound(ByteBuffer(bytes: piece)) }
            // It ends, or says nothing more until it is given up.
            loop.advanceTime(by: .seconds(1))
            _ = try? channel.finish(acceptAlreadyClosed: true)
            loop.run()
        }

        func close() {
            _ = transport.close()
            loop.run()
        }
    }

    private static let entries: [Entry] = [0, 3, 200, 40_000].enumerated().map { index, byteCount in
        .command(
            Command(
                origin: Origin(node: NodeID(2), incarnation: Incarnation(1), sequence: UInt64(index)),
                payload: Payload([UInt8](repeating: UInt8(index), count: byteCount))))
    }

    private static let messages: [[Message]] = {
        let ballot = Ballot(configuration: ConfigurationNumber(1), round: 5, node: NodeID(2))
        let mark = ChosenMark(ballot: ballot, watermark: Slot(3))
        let nonce = Nonce(node: NodeID(2), incarnation: Incarnation(1), counter: 9)
        let reports = [
            SlotReport(slot: Slot(4), state: .accepted(ballot, entries[2])),
            SlotReport(slot: Slot(5), state: .faulty(bound: ballot)), SlotReport(slot: Slot(6), state: .chosen(.noOp)),
        ]
        let promise = Promise(
            ballot: ballot, attempt: 1, answer: 2, watermark: Slot(3), part: 0, parts: 1, reports: reports)
        return [
            [.accept(Accept(ballot: ballot, first: Slot(4), entries: Array(entries[..<3]), mark: mark))],
            [.accept(Accept(ballot: ballot, first: Slot(4), entries: entries, mark: mark)), .chosen(mark)],
            [.heartbeat(Heartbeat(round: 1))], [.promise(promise), .probe(Probe(nonce: nonce))],
            [.learned(Learned(first: Slot(1), entries: [.noOp, entries[1]], watermark: Slot(3), trimmed: Slot(0)))],
            [.prepare(Prepare(ballot: ballot, watermark: Slot(3), attempt: 1)), .handOver(HandOver(ballot: ballot))],
        ]
    }()

    private static let envelopes = messages.map { messages in
        messages.map { Envelope(group: GroupID(1), configuration: ConfigurationNumber(1), message: $0) }
    }

    private static let frames: [[UInt8]] = envelopes.map { envelopes in
        var bytes = [UInt8](repeating: 0, count: FrameCodec.byteCount(envelopes))
        _ = bytes.withUnsafeMutableBytes { FrameCodec.encode(envelopes, into: $0) }
        return bytes
    }

    /// How long the attack goes on: `ATTACK_MINUTES` minutes, or two seconds.
    private static var time: Duration {
        let minutes = ProcessInfo.processInfo.environment["ATTACK_MINUTES"].flatMap(Double.init)
        return .seconds(minutes.map { $0 * 60 } ?? 2)
    }

    @Test("Changed sessions of peers end no process, pass for nothing that was not sent, and leave nothing behind")
    func mutations() throws {
        let listener = try Listener()
        defer { listener.close() }
        let seed = UInt64.random(in: 0...UInt64.max)
        var attacker = PeerAttacker(hello: listener.hello, frames: Self.frames, seed: seed)
        let sent = Set(Self.envelopes.flatMap { $0 })
        let end = ContinuousClock.now + Self.time
        var sessions = 0
        var messages = 0
        repeat {
            let attack = attacker.next()
            try listener.hear(attack)
            sessions += 1
            messages += listener.delivered.count
            for envelope in listener.delivered {
                if !attack.isSealed { #expect(sent.contains(envelope), "seed \(seed): \(attack)") }
                try check(envelope, seed)
            }
            #expect(listener.transport.newcomers.all.isEmpty, "seed \(seed): \(attack)")
            let isLeft = listener.transport.links.contains { !$0.hasNoIncoming }
            #expect(!isLeft, "seed \(seed): \(attack)")
        } while ContinuousClock.now < end
        print("\(sessions) sessions, \(listener.greeted) greeted, \(messages) messages taken")
        #expect(sessions > 100 && listener.greeted > sessions / 4 && messages > 100)
    }

    /// What was taken for a message is one: it can be written down and read again.
    private func check(_ envelope: Envelope, _ seed: UInt64) throws {
        var bytes = [UInt8](repeating: 0, count: FrameCodec.byteCount([envelope]))
        _ = bytes.withUnsafeMutableBytes { FrameCodec.encode([envelope], into: $0) }
        var again: [Envelope] = []
        try bytes.withUnsafeBytes {
            try FrameCodec.decodeEnvelopes(
                UnsafeRawBufferPointer(rebasing: $0[FrameCodec.headerByteCount...]), into: &again)
        }
        #expect(again == [envelope], "seed \(seed)")
    }

    @Test("The attacker finds every check that a reader of frames could lack", arguments: PlantedTrap.allCases)
    func planted(_ trap: PlantedTrap) throws {
        let listener = try Listener()
        defer { listener.close() }
        var attacker = PeerAttacker(hello: listener.hello, frames: Self.frames, seed: 1)
        let sent = Set(Self.frames)
        var tries = 0
        var isFound = false
        while !isFound, tries < 20_000 {
            tries += 1
            let bytes = attacker.next().pieces.flatMap { $0 }
            guard bytes.starts(with: listener.hello) else { continue }
            isFound = trap.falls(for: bytes[listener.hello.count...], sent: sent)
        }
        print("\(trap): found after \(tries) sessions")
        #expect(isFound)
    }
}

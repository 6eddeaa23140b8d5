import DecreeNode
import DecreeWire
import Logging
import NIOCore
import PaxosBase
import PaxosLog

/// All that belongs to one peer: the two connections dialled to it and the two that it dialled.
final class PeerLink {
    let member: Member
    let transport: PeerTransport
    var status: PeerStatus
    private var bulk: Dialer!
    private var heartbeat: Dialer!
    private var incoming: [ConnectionKind: IncomingConnection] = [:]
    private var lines = LineBudget()
    private var bulkMessages: [Envelope] = []
    private var heartbeatMessages: [Envelope] = []

    init(member: Member, transport: PeerTransport) {
        self.member = member
        self.transport = transport
        status = PeerStatus(node: member.node, name: member.name)
        bulk = Dialer(link: self, kind: .bulk)
        heartbeat = Dialer(link: self, kind: .heartbeat)
    }

    /// The peer has no connection to this node.
    var hasNoIncoming: Bool { incoming.isEmpty }

    func dial() {
        heartbeat.dial()
        bulk.dial()
    }

    /// Keeps a message until ``flush(using:)``.
    func gather(_ envelope: Envelope) {
        switch envelope.message {
        case .heartbeat, .heartbeatReply: heartbeatMessages.append(envelope)
        default: bulkMessages.append(envelope)
        }
    }

    /// Sends what was gathered: one write on each connection.
    func flush(using frames: inout FrameBuffer) {
        if !heartbeatMessages.isEmpty {
            heartbeat.send(heartbeatMessages, using: &frames)
            heartbeatMessages.removeAll(keepingCapacity: true)
        }
        if !bulkMessages.isEmpty {
            bulk.send(bulkMessages, using: &frames)
            bulkMessages.removeAll(keepingCapacity: true)
        }
    }

    /// A connection that the peer dialled was greeted. It takes the place of an older one, which may be half dead.
    func adopt(_ connection: IncomingConnection, kind: ConnectionKind) {
        let former = incoming.updateValue(connection, forKey: kind)
        former?.close()
        // Whoever dials is there: no need to wait before dialling back.
        heartbeat.dialAtOnce()
        bulk.dialAtOnce()
        connectionsChanged()
    }

    func ended(_ connection: IncomingConnection, kind: ConnectionKind) {
        guard incoming[kind] === connection else { return }
        incoming[kind] = nil
        connectionsChanged()
        if kind == .heartbeat { transport.delegate?.lost(member.node) }
    }

    func ended(_ kind: ConnectionKind) {
        connectionsChanged()
        if kind == .heartbeat { transport.delegate?.lost(member.node) }
    }

    /// Notes whether the peer is connected now, and says so if that is new.
    func connectionsChanged() {
        let isConnected = bulk.isReady && heartbeat.isReady && incoming.count == 2
        defer { transport.publish() }
        guard isConnected != status.isConnected, transport.isOpen else { return }
        status.isConnected = isConnected
        status.since = MonotonicClock.now()
        if isConnected { status.lastFailure = nil }
        log(isConnected ? "peer connected" : "peer connection lost", isConnected ? .info : .warning)
    }

    private func log(_ text: String, _ level: Logger.Level) {
        let verdict = lines.ask(at: status.since)
        guard verdict != .keepSilent else { return }
        let isLast = verdict == .sayLast
        transport.logger.log(
            level: level, "\(text)\(isLast ? " (it changes often, and is not logged for a while)" : "")",
            metadata: metadata)
    }

    var metadata: Logger.Metadata { ["peer": "\(member.node)", "name": "\(member.name)"] }

    func close() -> [EventLoopFuture<Void>] {
        [bulk.close(), heartbeat.close()] + incoming.values.map { $0.close() }
    }
}

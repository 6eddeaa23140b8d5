import DecreeWire
import PaxosBase
import PaxosLog

/// Something that somebody lets happen in a world in place of what comes next: all of it might have been drawn.
enum Intervention {
    /// What is planned for later happens now.
    case comes(UInt64, Occurrence)
    /// What is on its way to a node gets lost.
    case loses(UInt64, Occurrence)
    /// The power of a node fails, or its process ends.
    case crashes(node: Int)
    /// A node stands still for a while.
    case pauses(node: Int)
    /// A node is cut off from all others for a while.
    case cutOff(node: Int)

    /// As if it had been planned.
    var occurrence: Occurrence {
        switch self {
        case .comes(_, let occurrence), .loses(_, let occurrence): occurrence
        case .crashes(let node), .pauses(let node), .cutOff(let node): Occurrence(.fault, node: node)
        }
    }
}

extension Engine {
    /// Of so many messages that are under way it is told; heartbeats and greetings are left out.
    private static let maximumFrames = 32

    /// What can happen now, in an order that depends on nothing but the world. A world that is healed is asked for progress, so
    /// that nothing fails there any more.
    var interventions: [Intervention] {
        let pending = schedule.pending.filter { isOpen($0.occurrence) }
        let frames = pending.filter { $0.occurrence.kind == .delivery && isTold($0.occurrence) }
        let arrivals = frames.filter { arrives($0.occurrence) }.prefix(Self.maximumFrames)
        let others = pending.filter { $0.occurrence.kind == .submission } + firstSyncs(pending)
        let planned = (arrivals + others).map { Intervention.comes($0.number, $0.occurrence) }
        guard !isHealed else { return planned }
        let losses = frames.prefix(Self.maximumFrames).map { Intervention.loses($0.number, $0.occurrence) }
        let comeBacks = pending.filter { [.restart, .resume, .partitionHeals].contains($0.occurrence.kind) }
        return planned + losses + nodes.flatMap(faults) + comeBacks.map { .comes($0.number, $0.occurrence) }
    }

    private func isOpen(_ occurrence: Occurrence) -> Bool {
        switch occurrence.kind {
        case .delivery, .partitionHeals: true
        case .restart, .resume, .submission, .diskDone: isOpen(occurrence, at: nodes[Int(occurrence.node)])
        default: false
        }
    }

    /// What belongs to an earlier life of a node does nothing any more.
    private func isOpen(_ occurrence: Occurrence, at node: SimulatedNode) -> Bool {
        guard occurrence.life == node.life else { return false }
        return switch occurrence.kind {
        case .restart: !node.isUp && !node.isGone && !node.isLost
        case .resume: node.isPaused
        default: node.isUp && !node.isPaused
        }
    }

    private func frame(_ occurrence: Occurrence) -> VirtualNetwork.Frame {
        // A copy is asked: what it hands out stays in the network.
        var network = network
        return network.deliver(Int(occurrence.number)).frame
    }

    private func isTold(_ occurrence: Occurrence) -> Bool {
        let frame = frame(occurrence)
        return !frame.isHandshake && !frame.isCorrupt
            && message(in: frame)?.isAmong(Message.kinds(.heartbeat, .heartbeatReply)) == false
    }

    private func arrives(_ occurrence: Occurrence) -> Bool {
        let frame = frame(occurrence)
        let node = nodes[Int(frame.to)]
        return node.isUp && !node.isPaused && network.isOpen(Int(frame.from), Int(frame.to))
    }

    /// Of each node's writes the one that its disk is at.
    private func firstSyncs(
        _ pending: [(number: UInt64, occurrence: Occurrence)]
    ) -> [(number: UInt64, occurrence: Occurrence)] {
        var seen: Set<UInt8> = []
        return pending.filter {
            $0.occurrence.kind == .diskDone && $0.occurrence.number == Self.diskDoneWrite
                && seen.insert($0.occurrence.node).inserted
        }
    }

    private func faults(_ node: SimulatedNode) -> [Intervention] {
        guard node.isUp, !node.isPaused else { return [] }
        let isReached = nodes.contains { $0 !== node && network.isOpen(node.index, $0.index) }
        return [.crashes(node: node.index), .pauses(node: node.index)]
            + (isReached ? [.cutOff(node: node.index)] : [])
    }

    /// The first message of a frame; nil where none can be read.
    func message(in frame: VirtualNetwork.Frame) -> Message? { envelope(in: frame)?.message }

    /// The first envelope of a frame; nil where none can be read.
    func envelope(in frame: VirtualNetwork.Frame) -> Envelope? {
        var envelopes: [Envelope] = []
        do throws(WireError) {
            try frame.bytes.withBytes { bytes throws(WireError) in
                guard case .frame(let found) = try FrameCodec.scan(bytes, maximumByteCount: 1 << 24) else { return }
                try FrameCodec.decodeEnvelopes(UnsafeRawBufferPointer(rebasing: bytes[found.body]), into: &envelopes)
            }
        } catch {
            return nil
        }
        return envelopes.first
    }

    // MARK: What happens

    func happen(_ intervention: Intervention) {
        switch intervention {
        case .comes(let number, let occurrence):
            guard schedule.take(number) != nil else { return }
            happen(occurrence)
        case .loses(let number, let occurrence):
            guard schedule.take(number) != nil else { return }
            faults[.messageLost] += 1
            _ = network.deliver(Int(occurrence.number))
        case .crashes(let node): host.fail(nodes[node])
        case .pauses(let node): pause(nodes[node])
        case .cutOff(let node):
            let others = nodes.indices.filter { $0 != node }
            cut(.fullPartition, others.flatMap { [network.link(node, $0), network.link($0, node)] })
        }
    }

    // MARK: What it is called

    /// The message that arrives by it, or does not; nil where none does.
    func frame(of intervention: Intervention) -> VirtualNetwork.Frame? {
        intervention.occurrence.kind == .delivery ? frame(intervention.occurrence) : nil
    }
}

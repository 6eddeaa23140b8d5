import DecreeNode
import DecreeWire
import PaxosBase
import PaxosLog

// Messages travel as the bytes that the real codec makes of them.
extension Engine {
    /// Sends an envelope: it is encoded, and chance decides what becomes of the frame.
    func transmit(_ send: Send, from node: SimulatedNode) {
        guard let target = configuration.index(of: send.to) else { return }
        // On connections that were not greeted nothing is sent.
        guard node.greeted[target] != nil else { return }
        look(at: send.envelope.message, Self.place(of: send.envelope.group), from: node)
        let bytes = encode(send.envelope)
        bytes.withUnsafeBytes { digest.combine($0) }
        guard !isStalled(send.envelope.message, from: node.index, to: target) else { return }
        guard !isHealed else {
            return carry(
                bytes, from: node, to: target, copies: 1, isCorrupt: false,
                extraDelay: delay(of: send.envelope.message, bytes.count))
        }
        let fate = plan.network.fate(of: send.envelope.message, &networkChoices)
        guard fate.copies > 0 else {
            faults[.messageLost] += 1
            return
        }
        if fate.copies > 1 { faults[.messageDuplicated] += 1 }
        if fate.isCorrupt { faults[.messageCorrupted] += 1 }
        carry(
            fate.isCorrupt ? damage(bytes) : bytes, from: node, to: target, copies: fate.copies,
            isCorrupt: fate.isCorrupt,
            extraDelay: slowness(of: send.envelope.message)
                + delay(of: send.envelope.message, bytes.count))
    }

    private func isStalled(_ message: Message, from: Int, to: Int) -> Bool {
        guard let bulkStalled, !message.isAmong(Message.kinds(.heartbeat, .heartbeatReply)) else { return false }
        return bulkStalled == (plan.bulkStall == .outgoing ? from : to)
    }

    private func slowness(of message: Message) -> TimeSpan {
        guard message.isAmong(plan.network.slowKinds),
            networkChoices.chance(plan.network.slowKindPercent, in: 100)
        else { return .zero }
        faults[.messageDelayed] += 1
        return networkChoices.span(below: plan.network.slowKindDelay)
    }

    private func delay(of message: Message, _ byteCount: Int) -> TimeSpan {
        guard byteCount >= plan.network.heavyBytes, message.isAmong(Self.heavyKinds) else { return .zero }
        return plan.network.heavyDelay
    }

    /// What may carry entries.
    private static let heavyKinds = Message.kinds(.promise, .accept, .learned, .forward)

    private func encode(_ envelope: Envelope) -> [UInt8] {
        if outgoing.isEmpty { outgoing.append(envelope) } else { outgoing[0] = envelope }
        var bytes = [UInt8](repeating: 0, count: FrameCodec.byteCount(outgoing))
        bytes.withUnsafeMutableBufferPointer {
            _ = FrameCodec.encode(outgoing, into: UnsafeMutableRawBufferPointer($0))
        }
        return bytes
    }

    /// Turns over one to three neighbouring bits.
    func damage(_ bytes: [UInt8]) -> [UInt8] {
        var damaged = bytes
        let byte = Int(networkChoices.below(UInt64(bytes.count)))
        damaged[byte] ^= UInt8(1 + networkChoices.below(7)) << UInt8(networkChoices.below(6))
        return damaged
    }

    func carry(
        _ bytes: [UInt8], from node: SimulatedNode, to: Int, copies: Int, isCorrupt: Bool, extraDelay: TimeSpan,
        isHandshake: Bool = false
    ) {
        let from = node.index
        let number = network.take(
            bytes, from: from, to: to, isCorrupt: isCorrupt, copies: copies,
            lives: .init(from: node.life, to: nodes[to].life), isHandshake: isHandshake)
        for _ in 0..<copies {
            var delay = drawDelay().nanoseconds
            if slowLink == network.link(from, to), !isHealed { delay += plan.faults.slowLinkDelay.nanoseconds }
            schedule.plan(
                Occurrence(.delivery, node: to, number: UInt64(number)),
                after: TimeSpan(nanoseconds: delay + extraDelay.nanoseconds))
        }
    }

    private func drawDelay() -> TimeSpan {
        guard !isHealed else { return plan.calmNetwork.shortDelay(&networkChoices) }
        let (delay, isLong) = plan.network.delay(&networkChoices)
        if isLong { faults[.messageDelayed] += 1 }
        return delay
    }

    /// A copy of a frame arrives.
    /// - Returns: Whether the receiver stepped on it.
    func arrive(_ number: Int, at node: SimulatedNode) -> Bool {
        let (frame, isLate, isLost) = network.deliver(number)
        guard !isLost else {
            faults[.messageLost] += 1
            return false
        }
        guard let process = node.process else { return false }
        if isLate { faults[.messageReordered] += 1 }
        if frame.isHandshake { return hear(frame, at: node) }
        // Of a life that was greeted here, or of an earlier one.
        guard let heard = node.heard[Int(frame.from)], heard >= frame.lives.from else { return false }
        guard let envelope = decode(frame) else { return false }
        noteSights(of: envelope.message, Self.place(of: envelope.group), at: process)
        events += 1
        step(node, .received(envelopes, from: nodes[Int(frame.from)].id))
        return true
    }

    /// What a receiver makes of the bytes; a damaged frame must not pass.
    private func decode(_ frame: VirtualNetwork.Frame) -> Envelope? {
        envelopes.removeAll(keepingCapacity: true)
        do throws(WireError) {
            try frame.bytes.withBytes { bytes throws(WireError) in
                guard case .frame(let found) = try FrameCodec.scan(bytes, maximumByteCount: 1 << 24) else {
                    return findings.report(.durability, "more bytes are awaited than a frame has")
                }
                let body = UnsafeRawBufferPointer(rebasing: bytes[found.body])
                try FrameCodec.decodeEnvelopes(body, into: &envelopes)
            }
        } catch {
            if !frame.isCorrupt { findings.report(.durability, "a sound frame is refused: \(error)") }
            return nil
        }
        if frame.isCorrupt && !envelopes.isEmpty {
            findings.report(.durability, "a damaged frame passes for sound")
        }
        return envelopes.first
    }

    /// What leaving messages tell the checkers.
    private func look(at message: Message, _ place: Int, from node: SimulatedNode) {
        let checkers = groupCheckers[place]
        switch message {
        case .prepare(let prepare): checkers.monotone.stood(node.index, prepare.ballot, findings)
        case .promise(let promise): checkers.monotone.showed(node.index, promise.ballot)
        case .accepted(let accepted): checkers.monotone.showed(node.index, accepted.ballot)
        case .heartbeatReply(let reply): checkers.monotone.showed(node.index, durable: reply.durableWatermark)
        case .accept(let accept): checkers.asked(accept)
        case .learned(let learned): checkers.taught(learned, by: node.id)
        default: break
        }
    }

    private func noteSights(of message: Message, _ place: Int, at process: Process) {
        switch message {
        case .learned(let learned):
            if !learned.entries.isEmpty {
                sights[process.isLeading(place) ? .leaderTaught : .learnedFromPeer] += 1
            }
        case .accepted(let accepted):
            if process.isLeading(place), process.leader(place) != accepted.ballot {
                sights[.formerVoteArrived] += 1
            }
        case .barrier(let barrier): if barrier.ballot < process.promised(place) { sights[.lateBarrierArrived] += 1 }
        case .forward: sights[.commandForwarded] += 1
        case .barrierConfirmed, .readAnswer: sights[.leaderRead] += 1
        case .probeAnswer: sights[.quorumRead] += 1
        case .promise(let promise): if !promise.reports.isEmpty { sights[.valueReported] += 1 }
        default: break
        }
    }
}

import DecreeNode
import DecreeWire
import PaxosBase

// Connections: a node sends to a peer only once the two have greeted each other in their present lives.
extension Engine {
    var memberList: MemberList {
        MemberList(configuration.members.map { InitialMember(node: $0, name: "\($0)", peerURLs: []) })
    }

    /// Says hello to a peer, and again after a while unless it answered well.
    func dial(_ node: SimulatedNode, _ peer: Int) {
        guard let process = node.process, node.greeted[peer] == nil else { return }
        let hello = process.node.core.greeting.hello(to: nodes[peer].id, connection: .heartbeat)
        transmit(.hello(hello), from: node, to: peer)
        planDial(node, peer)
    }

    private func planDial(_ node: SimulatedNode, _ peer: Int) {
        let pause = plan.redial.nanoseconds + networkChoices.below(plan.redial.nanoseconds)
        schedule.plan(
            Occurrence(.dial, node: node.index, life: node.life, number: UInt64(peer)),
            after: TimeSpan(nanoseconds: pause))
    }

    /// The connections that others have to a node that is gone break.
    func hangUp(on node: SimulatedNode) {
        for other in nodes where other !== node && other.greeted[node.index] != nil {
            other.greeted[node.index] = nil
            if other.isUp { planDial(other, node.index) }
        }
    }

    /// Both connections between two nodes break.
    func reset(_ first: SimulatedNode, _ second: SimulatedNode) {
        for (node, peer) in [(first, second), (second, first)] where node.greeted[peer.index] != nil {
            node.greeted[peer.index] = nil
            if node.isUp { planDial(node, peer.index) }
        }
    }

    private func transmit(_ message: Handshake, from node: SimulatedNode, to peer: Int) {
        let bytes = HandshakeCodec.encode(message)
        bytes.withUnsafeBytes { digest.combine($0) }
        if !isHealed, networkChoices.chance(plan.network.lossPerMille, in: 1_000) {
            faults[.messageLost] += 1
            return
        }
        let isCorrupt = !isHealed && networkChoices.chance(plan.network.corruptPerMille, in: 1_000)
        if isCorrupt { faults[.messageCorrupted] += 1 }
        carry(
            isCorrupt ? damage(bytes) : bytes, from: node, to: peer, copies: 1, isCorrupt: isCorrupt,
            extraDelay: .zero, isHandshake: true)
    }

    /// A greeting or an answer to one arrives; it is void if it was for an earlier life.
    /// - Returns: Whether the node learned something.
    func hear(_ frame: VirtualNetwork.Frame, at node: SimulatedNode) -> Bool {
        let peer = nodes[Int(frame.from)]
        // What was said before a disk was wiped nobody hears afterwards: else a node that nobody knew is lost after all.
        guard frame.lives.to == node.life, frame.lives.from >= peer.firstLifeOfDisk, let message = decode(frame)
        else { return false }
        switch message {
        case .hello(let hello): return hear(hello, of: peer, frame.lives.from, at: node)
        case .reply(.accepted(let version, let hello)):
            return accepted(hello, version, by: peer, frame.lives.from, at: node)
        case .reply(.refused): return false
        }
    }

    private func decode(_ frame: VirtualNetwork.Frame) -> Handshake? {
        do throws(WireError) {
            let scan = try frame.bytes.withBytes { bytes throws(WireError) in try HandshakeCodec.scan(bytes) }
            guard case .message(let message, _) = scan else { return nil }
            if frame.isCorrupt { findings.report(.durability, "a damaged greeting passes for sound") }
            return message
        } catch {
            if !frame.isCorrupt { findings.report(.durability, "a sound greeting is refused: \(error)") }
            return nil
        }
    }

    /// A peer that dials says who it is.
    private func hear(_ hello: Hello, of peer: SimulatedNode, _ life: UInt32, at node: SimulatedNode) -> Bool {
        guard let process = node.process else { return false }
        let reply = process.node.core.greeting.answer(to: hello)
        if case .refused(let refusal) = reply {
            transmit(.reply(reply), from: node, to: peer.index)
            if refusal.code == .otherStore { sights[.wipedRefused] += 1 }
            return false
        }
        // The connection on which an earlier life said it is gone: nobody hears the answer.
        if life == peer.life { transmit(.reply(reply), from: node, to: peer.index) }
        node.heard[peer.index] = max(life, node.heard[peer.index] ?? 0)
        step(node, .greeted(hello, isAnswer: false))
        return true
    }

    /// A peer that was dialled accepted and says who it is.
    private func accepted(
        _ hello: Hello, _ version: UInt8, by peer: SimulatedNode, _ life: UInt32, at node: SimulatedNode
    ) -> Bool {
        guard let process = node.process, life == peer.life, node.greeted[peer.index] == nil,
            process.node.core.greeting.judge(hello, version: version, expected: peer.id) == nil
        else { return false }
        node.greeted[peer.index] = life
        step(node, .greeted(hello, isAnswer: true))
        return true
    }

    // MARK: Identities

    /// An identity is on its way to the disk.
    func record(_ identity: NodeIdentity, of node: SimulatedNode) {
        invariant(node.identityUnderWay == nil, "one identity is recorded at a time")
        node.identityUnderWay = identity
        let disk = isHealed ? plan.calmDisk : plan.disk
        let span = TimeSpan(nanoseconds: disk.delay.nanoseconds + diskChoices.below(disk.jitter.nanoseconds))
        schedule.plan(
            Occurrence(.identityDone, node: node.index, life: node.life), after: span * plan.identitySlowness)
    }

    /// It is there, unless the disk has no room for it.
    func identityDone(_ node: SimulatedNode) {
        guard let identity = node.identityUnderWay else { return }
        node.identityUnderWay = nil
        guard !node.isDiskFull || diskChoices.chance(1, in: 2) else {
            return step(node, .identityNotRecorded(reason: "the disk is full"))
        }
        node.identity = identity
        judgeVoters()
        step(node, .identityRecorded(identity))
    }

    /// Whose votes count now, judged from the disks alone.
    func judgeVoters() {
        for node in nodes {
            node.mayVote = node.identity.formed?.count == nodes.count && !isOut(node)
        }
    }

    /// A vote is written.
    func checkVoter(_ node: SimulatedNode) {
        guard !node.mayVote else { return }
        findings.report(
            .forming, "\(node.id) votes with the store \(node.identity.store), formed: \(node.identity.formed ?? [])")
    }
}

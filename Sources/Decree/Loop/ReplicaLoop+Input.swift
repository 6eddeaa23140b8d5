import DecreeNode
import DecreeWire
import PaxosBase
import PaxosLog

// What comes from other threads and from peers, on its way to the core.
extension ReplicaLoop {
    func hear(_ input: Inbox<Machine>.Contents) {
        if let written = input.written { step(.written(Recovery<Machine>.group, written)) }
        for (port, amount) in input.drained { if let id = port.id { group.drained(id, amount) } }
        var cancelled: [(port: PortState<Machine>, token: UInt64)] = []
        for notice in input.notices {
            if case .cancel(let port, let token) = notice { cancelled.append((port, token)) } else { hear(notice) }
        }
        group.submit(input.requests.compactMap { batch(of: $0.requests, from: $0.port) }, core: &core, at: now)
        guard !cancelled.isEmpty else { return }
        // Behind the requests, with which a port becomes known.
        let known = cancelled.compactMap { cancelled in
            cancelled.port.id.map { RequestKey(port: $0, token: cancelled.token) }
        }
        group.cancel(Set(known))
    }

    func hear(_ notice: Notice<Machine>) {
        switch notice {
        case .cancel: break
        case .closePort(let port): close(port)
        case .subscribe(let port): if port.isOpen { group.subscribe(id(of: port), core: &core) }
        case .unsubscribe(let port): if let id = port.id { group.unsubscribe(id, core: &core) }
        case .event(let event): step(event)
        case .loadFailed(let reason, let peer):
            transport.refusals.report(unreadable: reason, for: "\(peer)", at: now)
        case .snapshotFileEnded(let result): snapshotFileEnded(result)
        }
    }

    // MARK: Ports

    func batch(of requests: [Node<Machine>.Request], from port: PortState<Machine>) -> PortBatch<Machine>? {
        guard port.isOpen else { return nil }
        return PortBatch(port: id(of: port), requests: requests)
    }

    private func id(of port: PortState<Machine>) -> PortID {
        if let id = port.id { return id }
        let id = group.openPort()
        port.id = id
        if ports.count <= Int(id.place) { ports.append(nil) }
        ports[Int(id.place)] = port
        return id
    }

    private func close(_ port: PortState<Machine>) {
        port.isOpen = false
        guard let id = port.id else { return }
        ports[Int(id.place)] = nil
        group.closePort(id, core: &core)
    }
}

extension ReplicaLoop: PeerTransportDelegate {
    var greeting: Greeting { core.greeting }

    func greeted(_ hello: Hello, isAnswer: Bool) { stepBetweenTurns(.greeted(hello, isAnswer: isAnswer)) }

    func received(_ envelopes: [Envelope], from peer: NodeID) { stepBetweenTurns(.received(envelopes, from: peer)) }

    func lost(_ peer: NodeID) { stepBetweenTurns(.disconnected(peer)) }

    private func stepBetweenTurns(_ event: NodeEvent) {
        guard !core.hasEnded else { return }
        now = MonotonicClock.now()
        step(event)
        inbox.askForTurn()
    }
}

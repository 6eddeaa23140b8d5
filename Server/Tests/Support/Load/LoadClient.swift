/// A client that asks one endpoint one thing after the other: writes, conditional writes and reads of a few registers.
struct LoadClient: Sendable {
    let name: String
    let port: Int
    let settings: Load.Settings

    func run(until stopped: () -> Bool, noting note: (Operation) -> Void) {
        var client: EtcdClient?
        var lastWritten: [String: Int64] = [:]
        var number = 0
        while !stopped() {
            number += 1
            if client == nil || client?.connection.failure != nil { client = try? EtcdClient(port: port) }
            guard let client else {
                pauseThread(.milliseconds(10))
                continue
            }
            let register = "register/\(number * 7 % settings.registers)"
            step(number, register, client, &lastWritten, note)
            pauseThread(settings.pause)
        }
    }

    /// One request, chosen by its number.
    private func step(
        _ number: Int, _ register: String, _ client: EtcdClient, _ lastWritten: inout [String: Int64],
        _ note: (Operation) -> Void
    ) {
        let id = "\(name)-\(number)"
        switch number % 8 {
        case 0, 4: put(id, client, note)
        case 1, 5: write(id, register, client, &lastWritten, note)
        case 2, 6: conditionalWrite(id, register, client, &lastWritten, note)
        case 3: read(id, register, serializable: true, client, &lastWritten, note)
        default: read(id, register, serializable: false, client, &lastWritten, note)
        }
    }

    private func put(_ id: String, _ client: EtcdClient, _ note: (Operation) -> Void) {
        let invoked = Monotonic.now()
        let revision = try? client.put(Load.markPrefix + id, id, within: settings.patience)
        let returned = revision == nil ? nil : Monotonic.now()
        note(Operation(id: id, invoked: invoked, returned: returned, action: .write(register: nil, revision: revision)))
    }

    private func write(
        _ id: String, _ register: String, _ client: EtcdClient, _ lastWritten: inout [String: Int64],
        _ note: (Operation) -> Void
    ) {
        let request = Requests.txn(puts: [(register, id), (Load.markPrefix + id, id)])
        let invoked = Monotonic.now()
        let revision = try? client.txn(request, within: settings.patience).header.revision
        let returned = revision == nil ? nil : Monotonic.now()
        if let revision { lastWritten[register] = revision }
        let action = Operation.Action.write(register: register, revision: revision)
        note(Operation(id: id, invoked: invoked, returned: returned, action: action))
    }

    private func conditionalWrite(
        _ id: String, _ register: String, _ client: EtcdClient, _ lastWritten: inout [String: Int64],
        _ note: (Operation) -> Void
    ) {
        let expected = lastWritten[register] ?? 0
        let request = Requests.txn(
            puts: [(register, id), (Load.markPrefix + id, id)], ifLastWritten: (register, expected),
            elseReading: register)
        let invoked = Monotonic.now()
        guard let answer = try? client.txn(request, within: settings.patience) else {
            let action = Operation.Action.conditionalWrite(register: register, expected: expected, revision: nil)
            return note(Operation(id: id, invoked: invoked, returned: nil, action: action))
        }
        let returned = Monotonic.now()
        let revision = answer.header.revision
        if answer.succeeded {
            lastWritten[register] = revision
            let action = Operation.Action.conditionalWrite(register: register, expected: expected, revision: revision)
            return note(Operation(id: id, invoked: invoked, returned: returned, action: action))
        }
        let refused = Operation.Action.refusedWrite(register: register, expected: expected, revision: revision)
        note(Operation(id: id, invoked: invoked, returned: returned, action: refused))
        let found = answer.ranges.first?.pairs.first
        lastWritten[register] = found?.modRevision ?? 0
        let read = Operation.Action.read(
            register: register, value: found?.value, written: found?.modRevision ?? 0, revision: revision)
        note(Operation(id: id + "-found", invoked: invoked, returned: returned, action: read))
    }

    private func read(
        _ id: String, _ register: String, serializable: Bool, _ client: EtcdClient,
        _ lastWritten: inout [String: Int64], _ note: (Operation) -> Void
    ) {
        let invoked = Monotonic.now()
        let answer = try? client.range(register, serializable: serializable, within: settings.patience)
        guard let answer else { return }
        let returned = Monotonic.now()
        let (value, written) = (answer.pairs.first?.value, answer.pairs.first?.modRevision ?? 0)
        let revision = answer.header.revision
        if !serializable { lastWritten[register] = written }
        let action: Operation.Action =
            serializable
            ? .staleRead(register: register, value: value, written: written, revision: revision)
            : .read(register: register, value: value, written: written, revision: revision)
        note(Operation(id: id, invoked: invoked, returned: returned, action: action))
    }
}

/// A client that sends a put at every tick, whatever became of the ones before.
struct Prober: Sendable {
    let name: String
    let port: Int
    let distance: Duration

    private struct Probe {
        let call: RPCConnection.CallID
        let id: String
        let invoked: UInt64
    }

    func run(until stopped: () -> Bool, noting note: (Operation) -> Void) {
        var connection: RPCConnection?
        var probes: [Probe] = []
        var number = 0
        while !stopped() {
            let tick = Deadline(after: distance)
            if connection == nil || connection?.failure != nil { connection = try? RPCConnection(port: port) }
            if let connection {
                number += 1
                let id = "\(name)-\(number)"
                let request = Requests.put(Load.markPrefix + id, id)
                let invoked = Monotonic.now()
                let call = connection.begin(EtcdClient.putPath, request.bytes)
                probes.append(Probe(call: call, id: id, invoked: invoked))
                while !tick.hasPassed, connection.failure == nil {
                    connection.pump(for: tick.remaining)
                    collect(&probes, connection, note)
                }
                collect(&probes, connection, note)
            }
            pauseThread(tick.remaining)
        }
        finish(&probes, connection, note)
    }

    /// Gives what is still under way a moment; what has no answer then has an unknown outcome.
    private func finish(_ probes: inout [Probe], _ connection: RPCConnection?, _ note: (Operation) -> Void) {
        let deadline = Deadline(after: .seconds(1))
        while let connection, !probes.isEmpty, !deadline.hasPassed {
            connection.pump(for: deadline.remaining)
            collect(&probes, connection, note)
        }
        for probe in probes { self.note(probe, revision: nil, note) }
    }

    private func collect(_ probes: inout [Probe], _ connection: RPCConnection, _ note: (Operation) -> Void) {
        probes.removeAll { probe in
            guard let result = connection.takeResult(of: probe.call) else { return false }
            let revision = (try? result.get()).flatMap { try? Responses.header($0).revision }
            self.note(probe, revision: revision, note)
            return true
        }
    }

    private func note(_ probe: Probe, revision: Int64?, _ note: (Operation) -> Void) {
        let returned = revision == nil ? nil : Monotonic.now()
        let action = Operation.Action.write(register: nil, revision: revision)
        note(Operation(id: probe.id, invoked: probe.invoked, returned: returned, action: action))
    }
}

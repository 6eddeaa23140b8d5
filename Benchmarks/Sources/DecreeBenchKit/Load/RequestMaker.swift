/// Makes the requests of a round and judges their answers.
struct RequestMaker {
    let workload: Workload
    let ledger: WriteLedger
    private(set) var acknowledgedWrites = 0
    private var random: SeededRandom
    private var template: RequestTemplate
    private var readBack = RequestTemplate.get(isSerializable: false)

    init(_ workload: Workload, ledger: WriteLedger, seed: UInt64) {
        self.workload = workload
        self.ledger = ledger
        random = SeededRandom(seed: seed)
        template = workload.template(valueBytes: ledger.valueBytes)
    }

    // MARK: Requests

    /// Makes a client's next request.
    ///
    /// - Parameter send: gets the encoded message, which is valid until it returns.
    mutating func make(for client: inout LoadClient, send: (UnsafeRawBufferPointer) -> Void) {
        client.storeFloor = ledger.newestRevision
        client.isSpotCheck = client.owesSpotCheck
        client.owesSpotCheck = false
        guard !client.isSpotCheck else {
            client.keyFloor = ledger.newestRevision(of: client.key)
            readBack.setKey(client.key)
            return readBack.bytes.withUnsafeBytes(send)
        }
        switch workload {
        case .put: fillPut(&client)
        case .get, .serializableGet: fillGet(&client)
        case .range: fillRange(&client)
        case .transaction: fillTransaction(&client)
        }
        template.bytes.withUnsafeBytes(send)
    }

    private mutating func fillPut(_ client: inout LoadClient) {
        client.key = Key(random.below(ledger.keyCount))
        template.setKey(client.key)
        client.sequence = setValue(of: client.key, at: 0)
    }

    private mutating func fillGet(_ client: inout LoadClient) {
        client.key = Key(random.below(ledger.keyCount))
        client.keyFloor = workload == .get ? ledger.newestRevision(of: client.key) : 0
        template.setKey(client.key)
    }

    private mutating func fillRange(_ client: inout LoadClient) {
        client.key = Key(random.below(ledger.keyCount - Workload.keysPerRange + 1))
        template.setKey(client.key)
        template.setKey(Key(client.key.index + Workload.keysPerRange), at: 1)
    }

    /// The keys of a transaction must differ: they lie a quarter of all keys apart.
    private mutating func fillTransaction(_ client: inout LoadClient) {
        client.key = Key(random.below(ledger.keyCount))
        for position in 0..<Workload.putsPerTransaction {
            let key = transactionKey(client.key, position)
            template.setKey(key, at: position)
            let sequence = setValue(of: key, at: position)
            if position == 0 { client.sequence = sequence }
        }
    }

    private func transactionKey(_ first: Key, _ position: Int) -> Key {
        Key((first.index + position * ledger.keyCount / Workload.putsPerTransaction) % ledger.keyCount)
    }

    private mutating func setValue(of key: Key, at position: Int) -> UInt64 {
        let value = ledger.nextValue(for: key)
        template.setValue(value, at: position)
        return value.sequence
    }

    // MARK: Answers

    /// Judges the answer to a client's open call, and notes what it acknowledges.
    ///
    /// - Returns: what is wrong with it; nil if nothing is.
    mutating func judge(_ message: UnsafeRawBufferPointer, for client: inout LoadClient) -> String? {
        if client.isSpotCheck { return judgeGet(message, client) }
        return switch workload {
        case .put, .transaction: judgeWrite(message, client)
        case .get, .serializableGet: judgeGet(message, client)
        case .range: judgeRange(message, client)
        }
    }

    private mutating func judgeWrite(_ message: UnsafeRawBufferPointer, _ client: LoadClient) -> String? {
        guard let answer = ResponseReader.write(message) else { return "the answer to a write is malformed" }
        guard answer.revision > client.storeFloor else {
            return "a write got revision \(answer.revision), but \(client.storeFloor) was acknowledged before it began"
        }
        acknowledgedWrites += 1
        guard workload == .transaction else {
            ledger.acknowledged(client.key, sequence: client.sequence, revision: answer.revision)
            return nil
        }
        for position in 0..<Workload.putsPerTransaction {
            let key = transactionKey(client.key, position)
            ledger.acknowledged(key, sequence: client.sequence + UInt64(position), revision: answer.revision)
        }
        return answer.flag ? nil : "a transaction without conditions did not succeed"
    }

    private func judgeGet(_ message: UnsafeRawBufferPointer, _ client: LoadClient) -> String? {
        var fault: String?
        var found = 0
        let answer = ResponseReader.range(message) { pair in
            found += 1
            fault = fault ?? ledger.fault(in: pair, expected: client.key, floor: client.keyFloor)
        }
        guard let answer else { return "the answer to a get is malformed" }
        guard found == 1, answer.count == 1 else {
            return "a get found \(found) keys and counted \(answer.count), not 1"
        }
        return fault ?? staleness(answer, client)
    }

    private func judgeRange(_ message: UnsafeRawBufferPointer, _ client: LoadClient) -> String? {
        var fault: String?
        var found = 0
        let answer = ResponseReader.range(message) { pair in
            let key = Key(client.key.index + found)
            found += 1
            guard fault == nil, found <= Workload.keysPerRange else { return }
            // Nothing is written in a round of ranges, so the newest revision is the floor of every read in it.
            fault = ledger.fault(in: pair, expected: key, floor: ledger.newestRevision(of: key))
        }
        guard let answer else { return "the answer to a range is malformed" }
        guard found == Workload.keysPerRange, answer.count == Int64(found), !answer.flag else {
            return "a range of 100 keys gave \(found), counted \(answer.count), more: \(answer.flag)"
        }
        return fault ?? staleness(answer, client)
    }

    private func staleness(_ answer: ResponseView, _ client: LoadClient) -> String? {
        guard workload != .serializableGet, answer.revision < client.storeFloor else { return nil }
        return "a read answered at revision \(answer.revision), after \(client.storeFloor) was acknowledged"
    }
}

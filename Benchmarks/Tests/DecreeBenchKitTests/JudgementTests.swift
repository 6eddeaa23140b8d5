import Testing

@testable import DecreeBenchKit

/// A server in a few lines, which can be made to lie.
private struct FakeServer {
    var revision: Int64 = 1
    var pairs: [Int: (value: [UInt8], modRevision: Int64)] = [:]

    mutating func put(_ key: Key, _ value: [UInt8]) -> [UInt8] {
        revision += 1
        pairs[key.index] = (value, revision)
        return header()
    }

    func get(_ keys: Range<Int>, at revision: Int64? = nil) -> [UInt8] {
        var message = MessageBuilder()
        message.field(1, bytes: headerFields(revision ?? self.revision))
        var count: UInt64 = 0
        for index in keys {
            guard let pair = pairs[index] else { continue }
            count += 1
            var keyValue = MessageBuilder()
            keyValue.field(1, bytes: Key(index).bytes)
            keyValue.field(2, UInt64(pair.modRevision))
            keyValue.field(3, UInt64(pair.modRevision))
            keyValue.field(4, 1)
            keyValue.field(5, bytes: pair.value)
            message.field(2, bytes: keyValue.bytes)
        }
        message.field(4, count)
        return message.bytes
    }

    func header(succeeded: Bool = false) -> [UInt8] {
        var message = MessageBuilder()
        message.field(1, bytes: headerFields(revision))
        message.field(2, succeeded ? 1 : 0)
        return message.bytes
    }

    private func headerFields(_ revision: Int64) -> [UInt8] {
        var header = MessageBuilder()
        header.field(1, 0xCDF8_18194E3A8C32)
        header.field(2, 0x8E9E_05C52164694D)
        header.field(3, UInt64(revision))
        header.field(4, 2)
        return header.bytes
    }
}

@Suite("Judging answers")
struct JudgementTests {
    private let ledger = WriteLedger(keyCount: 1_000, valueBytes: 64)
    private var server = FakeServer()

    init() {
        for index in 0..<1_000 { write(Key(index)) }
    }

    @Test("true answers to gets, ranges and puts pass")
    func truth() {
        #expect(judge(.get, key: 7, server.get(7..<8)) == nil)
        #expect(judge(.serializableGet, key: 7, server.get(7..<8)) == nil)
        #expect(judge(.range, key: 300, server.get(300..<400)) == nil)
        var server = server
        let answer = server.put(Key(3), value(Key(3), ledger.nextValue(for: Key(3))))
        #expect(judge(.put, key: 3, answer) == nil)
        server.revision += 1
        #expect(judge(.transaction, key: 3, server.header(succeeded: true)) == nil)
    }

    @Test("a key that is missing, another key, and a second one are noticed")
    func wrongKeys() {
        #expect(judge(.get, key: 7, server.get(7..<7))?.contains("found 0 keys") == true)
        #expect(judge(.get, key: 7, server.get(8..<9))?.contains("asked for k0000007, got k0000008") == true)
        #expect(judge(.get, key: 7, server.get(7..<9))?.contains("found 2 keys") == true)
        #expect(judge(.range, key: 300, server.get(300..<399))?.contains("gave 99") == true)
        #expect(judge(.range, key: 300, server.get(301..<401))?.contains("asked for k0000300") == true)
    }

    @Test("a value that was never written is noticed")
    func wrongValue() {
        var lying = server
        lying.pairs[7]?.value[40] ^= 4
        #expect(judge(.get, key: 7, lying.get(7..<8))?.contains("never written") == true)
        lying.pairs[7]?.value = server.pairs[8]!.value
        #expect(judge(.serializableGet, key: 7, lying.get(7..<8))?.contains("never written") == true)
        lying.pairs[7]?.value = value(Key(7), SealedValue(key: Key(7), sequence: 5_000, byteCount: 64))
        #expect(judge(.get, key: 7, lying.get(7..<8))?.contains("a later one") == true)
        #expect(judge(.range, key: 0, lying.get(0..<100)) != nil)
    }

    @Test("a linearizable read of the past is noticed, a serializable one is allowed")
    func staleness() {
        let old = server
        var new = server
        let written = ledger.nextValue(for: Key(7))
        _ = new.put(Key(7), value(Key(7), written))
        ledger.acknowledged(Key(7), sequence: written.sequence, revision: new.revision)
        #expect(judge(.get, key: 7, old.get(7..<8))?.contains("acknowledged before") == true)
        #expect(judge(.get, key: 8, old.get(8..<9))?.contains("answered at revision") == true)
        #expect(judge(.range, key: 0, old.get(0..<100))?.contains("acknowledged before") == true)
        #expect(judge(.serializableGet, key: 7, old.get(7..<8)) == nil)
        #expect(judge(.get, key: 7, new.get(7..<8)) == nil)
    }

    @Test("another write at an acknowledged revision is noticed")
    func swappedWrite() {
        var lying = server
        let other = SealedValue(key: Key(7), sequence: 2, byteCount: 64)
        lying.pairs[7]?.value = value(Key(7), other)
        #expect(judge(.get, key: 7, lying.get(7..<8))?.contains("holds write 2") == true)
    }

    @Test("a write that gets a revision of the past is noticed")
    func oldRevision() {
        #expect(judge(.put, key: 1, server.header())?.contains("acknowledged before it began") == true)
    }

    @Test("a transaction that does not succeed is noticed")
    func failedTransaction() {
        var server = server
        server.revision += 1
        #expect(judge(.transaction, key: 1, server.header())?.contains("did not succeed") == true)
    }

    @Test("every truncated answer is noticed")
    func truncation() {
        let whole = server.get(7..<8)
        for length in 1..<whole.count {
            #expect(judge(.get, key: 7, Array(whole.prefix(length))) != nil, "\(length) bytes")
        }
    }

    @Test("the keys of a transaction differ, wherever it begins")
    func transactionKeys() {
        var requests = RequestMaker(.transaction, ledger: ledger, seed: 3)
        var client = LoadClient(connection: 0)
        for _ in 0..<200 {
            var keys: [[UInt8]] = []
            requests.make(for: &client) { message in
                var reader = FieldReader(message)
                while let operation = reader.next() {
                    var put = FieldReader(operation.bytes)
                    var fields = FieldReader(put.next()!.bytes)
                    keys.append(Array(fields.next()!.bytes))
                }
            }
            #expect(Set(keys).count == 4)
        }
    }

    // MARK: Helpers

    private mutating func write(_ key: Key) {
        let written = ledger.nextValue(for: key)
        _ = server.put(key, value(key, written))
        ledger.acknowledged(key, sequence: written.sequence, revision: server.revision)
    }

    private func value(_ key: Key, _ sealed: SealedValue) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: sealed.byteCount)
        bytes.withUnsafeMutableBytes { sealed.write(to: $0) }
        return bytes
    }

    /// Judges an answer as if a request for the key had been made now.
    private func judge(_ workload: Workload, key: Int, _ answer: [UInt8]) -> String? {
        var requests = RequestMaker(workload, ledger: ledger, seed: 1)
        var client = LoadClient(connection: 0)
        requests.make(for: &client) { _ in }
        client.key = Key(key)
        client.keyFloor = workload == .get ? ledger.newestRevision(of: client.key) : 0
        return answer.withUnsafeBytes { requests.judge($0, for: &client) }
    }
}

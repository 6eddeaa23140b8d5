import DecreeHTTP2
import DecreeRPC
import NIOCore

/// Writes every key once, in transactions of 100 puts.
///
/// Confined to the loop from `start` to the result.
final class Filler: GRPCConnectionDelegate, @unchecked Sendable {
    static let putsPerTransaction = 100
    private static let openCallsPerConnection = 2

    private let connections: LoadConnections
    private let ledger: WriteLedger
    private let server: String
    private let paths: [PreparedPath]
    private let finished: EventLoopPromise<Void>
    private var template: RequestTemplate
    /// First key and first write of each open call, by tag.
    private var open: [(key: Int, sequence: UInt64)]
    private var nextKey = 0
    private var openCalls = 0
    private var isOver = false

    /// - Parameter server: its name, for errors.
    init(
        _ connections: LoadConnections, _ ledger: WriteLedger, server: String, finished: EventLoopPromise<Void>
    ) {
        precondition(ledger.keyCount % Self.putsPerTransaction == 0, "keys are written in transactions of 100")
        self.connections = connections
        self.ledger = ledger
        self.server = server
        self.finished = finished
        paths = connections.all.map { $0.prepare(Method.transaction) }
        template = .transaction(puts: Self.putsPerTransaction, valueBytes: ledger.valueBytes)
        open = Array(repeating: (0, 0), count: connections.all.count * Self.openCallsPerConnection)
    }

    func start() {
        connections.setDelegate(self)
        for slot in open.indices { writeMore(slot) }
    }

    private func writeMore(_ slot: Int) {
        guard nextKey < ledger.keyCount else {
            if openCalls == 0 { finish(nil) }
            return
        }
        open[slot].key = nextKey
        for position in 0..<Self.putsPerTransaction {
            let key = Key(nextKey + position)
            let value = ledger.nextValue(for: key)
            if position == 0 { open[slot].sequence = value.sequence }
            template.setKey(key, at: position)
            template.setValue(value, at: position)
        }
        nextKey += Self.putsPerTransaction
        openCalls += 1
        let connection = slot % connections.all.count
        template.bytes.withUnsafeBytes {
            connections.all[connection].start(paths[connection], message: $0, tag: UInt64(slot))
        }
    }

    func completed(_ tag: UInt64, status: RPCStatus, message: UnsafeRawBufferPointer) {
        let slot = Int(tag)
        openCalls -= 1
        guard status.code == .ok, let answer = ResponseReader.write(message) else {
            return finish(.wrongAnswer("\(server), filling the store: a transaction of 100 puts ended with \(status)"))
        }
        for position in 0..<Self.putsPerTransaction {
            let (key, sequence) = open[slot]
            let write = sequence + UInt64(position)
            ledger.acknowledged(Key(key + position), sequence: write, revision: answer.revision)
        }
        writeMore(slot)
    }

    private func finish(_ error: BenchError?) {
        guard !isOver else { return }
        isOver = true
        if let error { finished.fail(error) } else { finished.succeed(()) }
    }
}

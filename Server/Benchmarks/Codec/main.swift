import DecreeEtcd
import DecreeStore
import Foundation
import PaxosBase
import PaxosLog
import SwiftProtobuf

// What the hand-written codecs of the KV service spare against generated messages, from request bytes to the log's form
// and from the store's answer to response bytes: `swift run --package-path Server -c release decree-codec-bench`.
// Both sides do the same work and are checked to give the same bytes before they are timed.

let fields = HeaderFields(clusterID: 0xC1, memberID: 0xF00D, term: 3)
let decoder = RequestDecoder()

/// Median nanoseconds a call over eleven rounds.
func time(_ body: () -> Int) -> Double {
    let clock = ContinuousClock()
    var calls = 1
    while clock.measure({ for _ in 0..<calls { sink &+= body() } }) < .milliseconds(50) { calls *= 2 }
    let rounds = (0..<11).map { _ in
        let taken = clock.measure { for _ in 0..<calls { sink &+= body() } }.components
        return (Double(taken.seconds) * 1e9 + Double(taken.attoseconds) / 1e9) / Double(calls)
    }
    return rounds.sorted()[5]
}

/// Keeps the compiler from leaving work out.
nonisolated(unsafe) var sink = 0

func compare(
    _ name: String, own: () -> [UInt8], generated: () -> [UInt8], timed: (own: () -> Int, generated: () -> Int)
) {
    precondition(own() == generated(), "both give the same bytes: \(name)")
    let (first, second) = (time(timed.own), time(timed.generated))
    func shown(_ value: Double) -> String { "\((value * 10).rounded() / 10) ns" }
    print(
        "\(name): by hand \(shown(first)), generated \(shown(second)), ratio \((first / second * 100).rounded() / 100)")
}

// MARK: Requests

let put = EtcdPutRequest.with {
    $0.key = Data("key-0001".utf8)
    $0.value = Data(repeating: 7, count: 256)
}
let putBytes: [UInt8] = try put.serializedBytes()

func putByHand() -> Payload {
    putBytes.withUnsafeBytes { bytes in
        guard case .operation(let payload, _)? = try? decoder.decode(.put, bytes) else { fatalError("a sound put") }
        return payload
    }
}

func putGenerated() -> Payload {
    guard let message = try? EtcdPutRequest(serializedBytes: putBytes) else { fatalError("a sound put") }
    let request = PutRequest(
        key: message.key.withUnsafeBytes { Payload(copying: $0) },
        value: message.value.withUnsafeBytes { Payload(copying: $0) }, lease: LeaseID(message.lease),
        previousKeyValue: message.prevKv, ignoreValue: message.ignoreValue, ignoreLease: message.ignoreLease)
    guard (try? request.validate()) != nil else { fatalError("a sound put") }
    return StoreOperation.put(request).encode()
}

compare(
    "put of 256 bytes, request to log", own: { putByHand().bytes }, generated: { putGenerated().bytes },
    timed: ({ putByHand().count }, { putGenerated().count }))

// MARK: Answers

func answer(keys: Int) -> StoreAnswer {
    let store = Store()
    var outputs: [StoreOutput] = []
    let commands = (0..<keys).map { number in
        let request = PutRequest(
            key: Payload("key-\(number + 1000)".utf8), value: Payload(repeatElement(7, count: 256)))
        return ChosenCommand(
            slot: Slot(UInt64(number) + 1), payload: StoreOperation.put(request).encode(), isAwaited: false)
    }
    store.apply(commands, into: &outputs)
    var step = store.begin(.range(RangeRequest(.prefix(Payload("key-".utf8)))))
    while case .unfinished(let cursor) = step { step = store.advance(cursor) }
    guard case .finished(let answer) = step else { fatalError("a range ends") }
    return answer
}

/// Into memory that is there already, as the transport's is.
func byHand(_ answer: StoreAnswer, into memory: UnsafeMutableRawBufferPointer) -> Int {
    guard let reply = try? Reply(answer, fields) else { fatalError("a sound answer") }
    reply.write(to: UnsafeMutableRawBufferPointer(rebasing: memory[..<reply.byteCount]))
    return reply.byteCount
}

func generated(_ answer: StoreAnswer, into memory: UnsafeMutableRawBufferPointer) -> Int {
    guard case .range(let response) = answer.outcome else { fatalError("a range") }
    let message = EtcdRangeResponse.with { message in
        message.header = .with {
            $0.clusterID = fields.clusterID
            $0.memberID = fields.memberID
            $0.revision = answer.revision.rawValue
            $0.raftTerm = fields.term
        }
        message.more = response.more
        message.count = Int64(response.count)
        message.kvs.reserveCapacity(response.keyValues.count)
        var position = response.keyValues.startPosition
        while let entry = response.keyValues.withEntry(
            at: &position,
            { view in
                MVCCKeyValue.with {
                    $0.key = Data(view.key)
                    $0.value = Data(view.value)
                    $0.createRevision = view.createRevision.rawValue
                    $0.modRevision = view.modRevision.rawValue
                    $0.version = view.version
                    $0.lease = view.lease.rawValue
                }
            })
        {
            message.kvs.append(entry)
        }
    }
    guard let bytes: [UInt8] = try? message.serializedBytes() else { fatalError("a sound message") }
    bytes.withUnsafeBytes { memory.copyMemory(from: $0) }
    return bytes.count
}

let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
for keys in [1, 100] {
    let answer = answer(keys: keys)
    compare(
        "range of \(keys) with 256 bytes each, store to response",
        own: { Array(memory[..<byHand(answer, into: memory)]) },
        generated: { Array(memory[..<generated(answer, into: memory)]) },
        timed: ({ byHand(answer, into: memory) }, { generated(answer, into: memory) }))
}
memory.deallocate()

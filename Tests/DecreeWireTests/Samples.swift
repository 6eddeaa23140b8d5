import DecreeWire
import PaxosBase
import PaxosLog

/// One value of every kind that has a form on the wire.
enum Samples {
    static let ballot = Ballot(configuration: ConfigurationNumber(2), round: 0x0102_0304, node: NodeID(0xABCD))
    static let lower = Ballot(configuration: ConfigurationNumber(1), round: 9, node: NodeID(3))
    static let nonce = Nonce(node: NodeID(5), incarnation: Incarnation(6), counter: 7)
    static let mark = ChosenMark(ballot: ballot, watermark: Slot(40))
    static let first = Command(
        origin: Origin(node: NodeID(1), incarnation: Incarnation(2), sequence: 3), payload: Payload([0xDE, 0xAD]))
    static let second = Command(
        origin: Origin(node: NodeID(4), incarnation: Incarnation(5), sequence: 6), payload: Payload())
    static let stamped = Command(
        origin: Origin(node: NodeID(1), incarnation: Incarnation(2), sequence: 4),
        stamp: LogTime(nanoseconds: 0x0506_0708), lineage: 0x090A, payload: Payload([0xBE, 0xEF]))
    static let entries: [Entry] = [
        .noOp, .command(first), .unknown(kind: 200, payload: Payload([1, 2, 3])), .command(second),
        .command(stamped),
    ]

    static let messages: [(name: String, message: Message)] = [
        ("prepare", .prepare(Prepare(ballot: ballot, watermark: Slot(10), attempt: 3))),
        (
            "promise",
            .promise(
                Promise(
                    ballot: ballot, attempt: 3, answer: 77, watermark: Slot(10), part: 0, parts: 2,
                    reports: [
                        SlotReport(slot: Slot(11), state: .accepted(lower, .command(first))),
                        SlotReport(slot: Slot(12), state: .faulty(bound: ballot)),
                        SlotReport(slot: Slot(13), state: .chosen(.noOp)),
                    ]))
        ),
        ("refused", .refused(Refused(ballot: lower, promised: ballot))),
        ("accept", .accept(Accept(ballot: ballot, first: Slot(41), entries: entries, mark: mark))),
        ("accepted", .accepted(Accepted(ballot: ballot, first: Slot(41), last: Slot(44)))),
        ("chosen", .chosen(mark)),
        ("fetch", .fetch(Fetch(first: Slot(1), last: Slot(9)))),
        ("learned", .learned(Learned(first: Slot(1), entries: entries, watermark: Slot(40), trimmed: Slot(0)))),
        ("forward", .forward(Forward(commands: [first, second], hops: 2))),
        ("barrier", .barrier(Barrier(ballot: ballot, nonce: nonce))),
        ("barrierConfirmed", .barrierConfirmed(BarrierConfirmed(ballot: ballot, nonce: nonce))),
        ("readRequest", .readRequest(ReadRequest(ballot: ballot, nonce: nonce))),
        ("readAnswer", .readAnswer(ReadAnswer(nonce: nonce, target: Slot(44)))),
        ("probe", .probe(Probe(nonce: nonce))),
        ("probeAnswer", .probeAnswer(ProbeAnswer(nonce: nonce, highest: Slot(44)))),
        ("heartbeat", .heartbeat(Heartbeat(round: 99))),
        (
            "heartbeatReply",
            .heartbeatReply(
                HeartbeatReply(round: 99, promised: ballot, leader: lower, isHappy: true, durableWatermark: Slot(40)))
        ),
        ("handOver", .handOver(HandOver(ballot: ballot))),
    ]

    static let envelopes = messages.map {
        Envelope(group: GroupID(3), configuration: ConfigurationNumber(2), message: $0.message)
    }

    static let records: [(name: String, record: Record)] = [
        ("incarnation", .incarnation(Incarnation(12))),
        ("promised", .promised(ballot)),
        ("accepted no-op", .accepted(Slot(7), ballot, .noOp)),
        ("accepted command", .accepted(Slot(8), ballot, .command(first))),
        ("accepted unknown", .accepted(Slot(9), ballot, .unknown(kind: 77, payload: Payload([9, 8, 7])))),
        ("accepted stamped", .accepted(Slot(9), ballot, .command(stamped))),
        ("learned", .learned(Slot(10), .command(second))),
        ("chosen", .chosen(through: Slot(10))),
        ("trimmed", .trimmed(through: Slot(5))),
    ]

    static let hello = Hello(
        versions: 1...3, features: FeatureSet(rawValue: 5), cluster: ClusterID(0x11), node: NodeID(0x22),
        dialled: NodeID(0x21),
        store: StoreID(high: 0x33, low: 0x44), isFormed: true,
        members: MemberList([
            InitialMember(node: NodeID(0x22), name: "b", peerURLs: ["http://10.0.0.2:2380", "http://b:2380"]),
            InitialMember(node: NodeID(0x21), name: "a", peerURLs: ["http://10.0.0.1:2380"]),
        ]),
        expectedStore: StoreID(high: 0x55, low: 0x66), incarnation: Incarnation(8), connection: .heartbeat,
        software: "1.0.0")

    static let handshakes: [(name: String, message: Handshake)] = [
        ("hello", .hello(hello)),
        ("accepted", .reply(.accepted(version: 2, hello))),
        ("refused", .reply(.refused(HelloRefusal(code: .otherStore, text: "replace the member")))),
    ]
}

/// The bytes that `encode` writes, which must be as many as announced.
func encoded(_ byteCount: Int, _ encode: (inout WireWriter) -> Void) -> [UInt8] {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialized in
        var writer = WireWriter(UnsafeMutableRawBufferPointer(buffer))
        encode(&writer)
        count = writer.count
        initialized = count
    }
    precondition(count == byteCount, "\(count) bytes written, \(byteCount) announced")
    return bytes
}

func frame(_ envelopes: [Envelope]) -> [UInt8] {
    encoded(FrameCodec.byteCount(envelopes)) { writer in
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: FrameCodec.byteCount(envelopes), alignment: 8)
        defer { memory.deallocate() }
        FrameCodec.encode(envelopes, into: memory)
        writer.bytes(UnsafeRawBufferPointer(memory))
    }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

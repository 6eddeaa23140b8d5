import DecreeWire
import PaxosBase
import Testing

@testable import PaxosLog

@Suite("What the log counts of messages, and what they take")
struct SizeTests {
    private static let members = [NodeID(1), NodeID(2), NodeID(3)]
    private let seat = Seat(
        of: members[0], group: GroupID(0), in: Configuration(number: ConfigurationNumber(1), members: members))
    private let ballot = Ballot(configuration: ConfigurationNumber(1), round: 3, node: members[0])
    private let batchBytes = 4_000
    /// What a frame and a message take besides entries, commands and reports.
    private let overhead = 128

    private var settings: Replica.Settings {
        var settings = Replica.Settings()
        settings.maximumBatchBytes = batchBytes
        return settings
    }

    private func command(_ sequence: UInt64, isStamped: Bool, _ random: inout SeededRandom) -> Command {
        // Mostly small ones, and now and then one that is larger than a batch.
        let length = random.chance(1, in: 40) ? random.below(9_000) : random.below(60)
        return Command(
            origin: Origin(node: NodeID(1), incarnation: Incarnation(1), sequence: sequence),
            stamp: LogTime(nanoseconds: isStamped ? sequence : 0), payload: Payload(byteCount: Int(length)) { _ in })
    }

    private func entry(_ sequence: UInt64, _ random: inout SeededRandom) -> Entry {
        switch random.below(8) {
        case 0: .noOp
        case 1: .unknown(kind: 99, payload: Payload([1, 2, 3]))
        case let kind: .command(command(sequence, isStamped: kind < 5, &random))
        }
    }

    /// Of each message the count of its parts, and what the frame takes that carries it alone.
    private func check(_ sends: [Send]) {
        for send in sends {
            let sizes: [Int]
            switch send.envelope.message {
            case .promise(let promise): sizes = promise.reports.map(\.byteCount)
            case .forward(let forward): sizes = forward.commands.map(\.byteCount)
            case .accept(let accept): sizes = accept.entries.map(\.byteCount)
            case .learned(let learned): sizes = learned.entries.map(\.byteCount)
            default: continue
            }
            let (sum, frame) = (sizes.reduce(0, +), FrameCodec.byteCount([send.envelope]))
            #expect(frame <= sum + overhead)
            #expect(sum <= batchBytes || sizes.count == 1, "a larger one travels alone")
        }
    }

    @Test(
        "No part of a promise and no forward is larger than a batch, or than the one command in it",
        arguments: 1...20 as ClosedRange<UInt64>)
    func cutBefore(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var core = Core(of: NodeID(1), durable: DurableState(), snapshot: nil, settings: settings, seed: seed)
        for slot in 1...600 as ClosedRange<UInt64> {
            if random.chance(1, in: 10) { continue }
            let entry = entry(slot, &random)
            if random.chance(1, in: 3) {
                core.log.learn(entry, at: Slot(slot))
            } else {
                core.log.accept(entry, at: Slot(slot), in: ballot, write: .zero)
            }
        }
        core.promised = ballot
        var effects = Effects()
        let prepare = Prepare(ballot: ballot, watermark: .zero, attempt: 1)
        core.sendPromise(to: NodeID(2), prepare, at: .zero, seat: seat, into: &effects)
        let commands = (1...600 as ClosedRange<UInt64>).map { command($0, isStamped: false, &random) }
        core.forward(commands, hops: 2, to: NodeID(2), seat: seat, into: &effects)
        #expect(effects.sends.count > 4)
        check(effects.sends)
    }

    @Test("Accepted runs and chosen ones take no more than the log counts")
    func runs() {
        var random = SeededRandom(seed: 5)
        for length in 1...50 {
            let entries = (1...UInt64(length)).map { entry($0, &random) }
            let sum = entries.reduce(0) { $0 + $1.byteCount }
            let mark = ChosenMark(ballot: ballot, watermark: .zero)
            let messages: [Message] = [
                .accept(Accept(ballot: ballot, first: Slot(1), entries: entries, mark: mark)),
                .learned(Learned(first: Slot(1), entries: entries, watermark: .zero, trimmed: .zero)),
            ]
            for message in messages {
                let envelope = Envelope(group: GroupID(0), configuration: ConfigurationNumber(1), message: message)
                #expect(FrameCodec.byteCount([envelope]) <= sum + overhead)
            }
        }
    }
}

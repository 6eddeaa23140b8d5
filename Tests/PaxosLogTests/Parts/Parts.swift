import PaxosBase

@testable import PaxosLog

/// What tests of single parts start from: three members, of which node 1 is under test.
enum Parts {
    static let configuration = Configuration(
        number: ConfigurationNumber(1), members: [NodeID(1), NodeID(2), NodeID(3)])
    static let seat = Seat(of: NodeID(1), group: GroupID(0), in: configuration)
    static let now = Instant(nanoseconds: 1_000_000_000)

    static func core(holding durable: DurableState = DurableState()) -> Core {
        Core(of: NodeID(1), durable: durable, snapshot: nil, settings: Replica.Settings(), seed: 7)
    }

    static func ballot(_ round: UInt64, of node: UInt64 = 1) -> Ballot {
        Ballot(configuration: configuration.number, round: round, node: NodeID(node))
    }

    static func command(_ sequence: UInt64, stamp: UInt64 = 0, lineage: UInt64 = 0) -> Command {
        Command(
            origin: Origin(node: NodeID(9), incarnation: Incarnation(1), sequence: sequence),
            stamp: LogTime(nanoseconds: stamp), lineage: lineage, payload: Payload("\(sequence)".utf8))
    }

    static func run(_ ballot: Ballot, _ first: UInt64, _ last: UInt64) -> Accepted {
        Accepted(ballot: ballot, first: Slot(first), last: Slot(last))
    }

    static func promise(
        _ ballot: Ballot, watermark: UInt64 = 0, _ reports: [(UInt64, SlotReport.State)] = []
    ) -> Promise {
        Promise(
            ballot: ballot, attempt: 1, answer: 1, watermark: Slot(watermark), part: 0, parts: 1,
            reports: reports.map { SlotReport(slot: Slot($0.0), state: $0.1) })
    }

    /// A candidate whose own promise is durable and that has asked the others.
    static func candidate(_ core: inout Core) -> Candidate {
        var candidate = Candidate(ballot(5), at: now, seat: seat, core)
        var effects = Effects()
        _ = candidate.begin(at: now, &core, into: &effects)
        return candidate
    }
}

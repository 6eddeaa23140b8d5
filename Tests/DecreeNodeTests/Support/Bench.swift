import DecreeJournal
import DecreeWire
import PaxosBase
import PaxosLog

@testable import DecreeNode

/// A node on the bench: time passes, disks answer and peers speak only when a test says so.
struct Bench {
    var core: NodeCore
    var group = GroupMachine(machine: Tally())
    var effects = NodeEffects()
    var now = Instant(nanoseconds: 1_000_000_000)
    /// What was handed to the journal and is not durable yet.
    var underWay: [JournalBatch] = []
    /// All identities that were to be recorded.
    var identities: [NodeIdentity] = []
    var sends: [Send] = []
    var snapshots: [SnapshotEffect] = []
    var notices: [NodeNotice] = []
    var completions: [(port: PortID, batch: [NodeCompletion<Tally>])] = []
    var pushes: [(port: PortID, batch: PushBatch<Tally>)] = []

    static let stores = (1...3).map { StoreID(high: UInt64($0), low: 7) }

    static func members(_ count: Int) -> MemberList {
        MemberList((1...count).map { InitialMember(node: NodeID(UInt64($0)), name: "n\($0)", peerURLs: []) })
    }

    static func identity(_ node: Int, of count: Int, isFormed: Bool) -> NodeIdentity {
        var identity = NodeIdentity(clusterID: 7, node: NodeID(UInt64(node)), store: stores[node - 1])
        guard isFormed else { return identity }
        identity.formed = (1...count).map { .init(node: NodeID(UInt64($0)), store: stores[$0 - 1]) }
        identity.hasBegun = true
        return identity
    }

    static func greeting(_ node: Int, of count: Int, isFormed: Bool = false) -> Greeting {
        Greeting(
            identity: identity(node, of: count, isFormed: isFormed), members: members(count), software: "test",
            incarnation: Incarnation(1))
    }

    /// - Parameters:
    ///   - count: How many members the cluster has; this node is the first.
    ///   - isFormed: It was, in an earlier life.
    init(
        of count: Int = 1, isFormed: Bool = true, durable: DurableState = DurableState(),
        _ adjust: (inout NodeLimits) -> Void = { _ in }
    ) {
        var limits = NodeLimits()
        adjust(&limits)
        let start = GroupStart(number: GroupID(1), durable: durable, snapshot: nil, seed: 1)
        core = NodeCore(
            greeting: Self.greeting(1, of: count, isFormed: isFormed), groups: [start], replica: Replica.Settings(),
            limits: limits, at: now)
        core.open(at: now, into: &effects)
        collect()
    }

    mutating func step(_ event: NodeEvent) {
        core.step(event, at: now, into: &effects)
        collect()
    }

    /// One turn with these requests, without slices.
    mutating func turn(_ requests: [PortBatch<Tally>] = []) {
        group.submit(requests, core: &core, at: now)
        core.endInput(at: now, into: &effects)
        collect()
        group.endTurn(core: &core, at: now, into: &effects)
        collect()
        takeNews()
    }

    mutating func turn(_ port: PortID, _ requests: NodeRequest<Tally>...) {
        turn([PortBatch(port: port, requests: requests)])
    }

    /// Goes on with one kind of work until it rests.
    mutating func advance(_ slice: WorkSlice) {
        while group.advance(slice, core: &core, at: now, into: &effects) {}
        collect()
        takeNews()
    }

    /// The identity and all writes under way reach the disk.
    mutating func sync() {
        if let identity = identities.last, identity != core.greeting.identity { step(.identityRecorded(identity)) }
        let batches = underWay
        underWay = []
        for batch in batches { step(.written(batch.group, batch.id)) }
        if let identity = identities.last, identity != core.greeting.identity { step(.identityRecorded(identity)) }
    }

    /// Lets turns and syncs go on for so long, a deadline at a time.
    mutating func run(for span: TimeSpan) {
        let end = now + span
        while true {
            turn()
            if !underWay.isEmpty || identities.last.map({ $0 != core.greeting.identity }) == true {
                sync()
                continue
            }
            let deadline = min(core.nextDeadline(), group.wakeAt)
            guard deadline <= end else { break }
            now = max(now + .microseconds(1), deadline)
        }
        now = end
    }

    mutating func takeNews() {
        while let news = group.takeNews() {
            if let batch = news.pushes { pushes.append((news.port, batch)) }
            if !news.completions.isEmpty { completions.append((news.port, news.completions)) }
        }
    }

    mutating func collect() {
        underWay += effects.batches
        sends += effects.sends
        if let identity = effects.identity { identities.append(identity) }
        snapshots += effects.snapshots
        notices += effects.notices
        effects.removeAll()
    }

    /// What was completed, in order, without the ports.
    mutating func takeCompleted() -> [String] {
        defer { completions = [] }
        return completions.flatMap { $0.batch.map { Self.text($0) } }
    }

    private static func text(_ completion: NodeCompletion<Tally>) -> String {
        switch completion {
        case .output(let token, let count): "\(token): output \(count)"
        case .answer(let token, let count): "\(token): answer \(count)"
        case .failed(let token, let failure): "\(token): \(failure)"
        }
    }
}

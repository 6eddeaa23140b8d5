import PaxosBase

@testable import PaxosSynod

/// A run of a log that a seed draws: messages lost, repeated and overtaken, members that crash; then without faults.
struct LogRun<Instance: Consensus> {
    private struct Letter {
        let from: NodeID
        let send: LogSend
    }

    private struct Member {
        var log: LeaderlessLog<Instance>
        var disk = LogState()
        var unwritten: [(write: SynodWrite, records: [LogRecord])] = []
        var delivered: [Payload] = []
    }

    private let configuration: Configuration
    private let keepsDisks: Bool
    private let flaw: LogFlaw?
    private let seed: UInt64
    private var random: SeededRandom
    private var members: [Member] = []
    private var mail: [Letter] = []
    private var now = Instant.zero
    /// What any member delivered, by slots.
    private var order: [Payload] = []
    private var finding: String?

    /// - Returns: What is wrong; nil when nothing is.
    static func run(_ seed: UInt64, keepsDisks: Bool = true, flaw: LogFlaw? = nil) -> String? {
        var run = LogRun(seed, keepsDisks, flaw)
        for _ in 0..<600 where run.finding == nil { run.drawStep() }
        for _ in 0..<10_000 where run.finding == nil && !run.isDone { run.fairStep() }
        if run.finding == nil, !run.isDone { return "progress: \(run.members.map(\.delivered.count)) were delivered" }
        return run.finding
    }

    private init(_ seed: UInt64, _ keepsDisks: Bool, _ flaw: LogFlaw?) {
        self.seed = seed
        self.flaw = flaw
        self.keepsDisks = keepsDisks
        random = SeededRandom(seed: seed)
        let count = 3 + random.below(3)
        configuration = Configuration(number: ConfigurationNumber(1), members: (1...count).map { NodeID($0) })
        for place in 0..<Int(count) {
            members.append(Member(log: born(place, LogState())))
            ask(place)
        }
    }

    private func born(_ place: Int, _ disk: LogState) -> LeaderlessLog<Instance> {
        LeaderlessLog(
            identity: configuration.members[place], members: configuration, durable: disk,
            patience: Patience(.backsOff, timeout: .milliseconds(10), seed: seed &* 31 &+ UInt64(place)),
            flaw: flaw)
    }

    private func commands(of place: Int) -> [Payload] { (0..<2).map { Payload("\(place).\($0)".utf8) } }

    private mutating func ask(_ place: Int) {
        for command in commands(of: place) { step(place, .proposed(command)) }
    }

    // MARK: What happens

    private mutating func drawStep() {
        let place = Int(random.below(UInt64(members.count)))
        switch random.below(100) {
        case 0..<45: arrive(Int(random.below(UInt64(max(1, mail.count)))), stays: random.chance(1, in: 10))
        case 45..<60: if !mail.isEmpty { mail.remove(at: Int(random.below(UInt64(mail.count)))) }
        case 60..<88: sync(place)
        case 88..<94: passTime()
        case 94..<97: restart(place)
        default: step(place, .repairs)
        }
    }

    private mutating func fairStep() {
        if let busy = members.firstIndex(where: { !$0.unwritten.isEmpty }) { return sync(busy) }
        if !mail.isEmpty { return arrive(0, stays: false) }
        if let late = members.indices.first(where: { isBehind($0) && !members[$0].log.isWaiting }) {
            step(late, .repairs)
        }
        passTime()
    }

    private func isBehind(_ place: Int) -> Bool { members[place].delivered.count < order.count }

    private mutating func arrive(_ index: Int, stays: Bool) {
        guard mail.indices.contains(index) else { return }
        let letter = stays ? mail[index] : mail.remove(at: index)
        let place = configuration.index(of: letter.send.to) ?? 0
        step(place, .received(letter.send.message, from: letter.from))
    }

    private mutating func sync(_ place: Int) {
        guard !members[place].unwritten.isEmpty else { return }
        let written = members[place].unwritten.removeFirst()
        for record in written.records { members[place].disk.absorb(record) }
        step(place, .written(written.write))
    }

    private mutating func restart(_ place: Int) {
        if !keepsDisks { members[place].disk = LogState() }
        members[place].log = born(place, members[place].disk)
        members[place].unwritten = []
        members[place].delivered = []
        ask(place)
    }

    private mutating func passTime() {
        guard let deadline = members.compactMap(\.log.nextDeadline).min() else { return }
        now = max(now, deadline)
        for place in members.indices where members[place].log.nextDeadline.map({ $0 <= now }) ?? false {
            step(place, .timePassed)
        }
    }

    private mutating func step(_ place: Int, _ event: LogEvent) {
        var effects = LogEffects()
        members[place].log.step(event, at: now, into: &effects)
        if !effects.records.isEmpty { members[place].unwritten.append((effects.write, effects.records)) }
        for send in effects.sends { mail.append(Letter(from: configuration.members[place], send: send)) }
        if mail.count > 400 { mail.removeFirst(mail.count - 400) }
        for entry in effects.delivered { judge(entry, at: place) }
    }

    private mutating func judge(_ entry: LogEntry, at place: Int) {
        members[place].delivered.append(entry.command)
        let index = members[place].delivered.count - 1
        guard index < order.count else {
            if !entry.command.isEmpty, order.contains(entry.command) { finding = "a command is delivered twice" }
            return order.append(entry.command)
        }
        if order[index] != entry.command { finding = "slot \(entry.slot.rawValue) has two commands" }
    }

    /// Everybody has delivered what all clients want.
    private var isDone: Bool {
        let wanted = members.indices.flatMap(commands)
        return members.allSatisfy { member in wanted.allSatisfy(member.delivered.contains) }
    }
}

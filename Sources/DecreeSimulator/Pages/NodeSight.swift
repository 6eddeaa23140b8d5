import DecreeNode
import DecreePages
import PaxosBase
import PaxosLog

/// How a node looks from outside, for a page.
struct NodeSight: Equatable {
    /// How one of its replicas stands.
    struct Replica: Equatable {
        var promised = Ballot.zero
        var leader: Ballot?
        var isLeading = false
        var watermark = Slot.zero
        var applied = Slot.zero
    }

    enum Condition: Equatable {
        case down, paused, up
    }

    var condition = Condition.down
    var isStopping = false
    var isDiskFull = false
    var life: UInt32 = 0
    var replicas: [Replica] = []

    init(_ node: SimulatedNode) {
        isDiskFull = node.isDiskFull
        life = node.life
        guard let process = node.process else { return }
        condition = node.isPaused ? .paused : .up
        isStopping = node.isStopping
        replicas = node.groups.indices.map { place in
            Replica(
                promised: process.promised(place), leader: process.leader(place), isLeading: process.isLeading(place),
                watermark: process.watermark(place), applied: process.applied(place))
        }
    }

    init(_ node: ScenarioNode) {
        if let replica = node.replica { self.init(replica) } else { self.init() }
    }

    /// One that is down.
    private init() {}

    init(_ replica: PaxosLog.Replica) {
        condition = .up
        replicas = [
            Replica(
                promised: replica.promised, leader: replica.leader, isLeading: replica.isLeading,
                watermark: replica.watermark, applied: replica.applied)
        ]
    }

    /// What it holds, for a reader.
    var facts: [RecordedFact] {
        guard condition != .down else { return [RecordedFact("down", "", weight: .down)] }
        var facts: [RecordedFact] = []
        if condition == .paused { facts.append(RecordedFact("stands still", "")) }
        if isStopping { facts.append(RecordedFact("stops", "")) }
        if isDiskFull { facts.append(RecordedFact("disk full", "")) }
        for (place, replica) in replicas.enumerated() {
            let prefix = replicas.count > 1 ? "group \(place + 1) " : ""
            facts += Self.facts(of: replica, prefix)
        }
        return facts
    }

    private static func facts(of replica: Replica, _ prefix: String) -> [RecordedFact] {
        let leader = replica.leader.map { ScenarioText.text($0) } ?? "nobody"
        return [
            RecordedFact("\(prefix)promised", ScenarioText.text(replica.promised)),
            RecordedFact("\(prefix)\(replica.isLeading ? "leads in" : "follows")", leader),
            RecordedFact("\(prefix)chosen to", "\(replica.watermark.rawValue)", weight: .running),
            RecordedFact("\(prefix)applied to", "\(replica.applied.rawValue)", weight: .running),
        ]
    }

    /// What became otherwise, in words; but for how far the log is known.
    func changes(since former: NodeSight) -> [String] {
        var lines: [String] = []
        for (place, replica) in replicas.enumerated() {
            let before = place < former.replicas.count ? former.replicas[place] : Replica()
            let suffix = replicas.count > 1 ? " in group \(place + 1)" : ""
            if replica.promised != before.promised {
                lines.append("has promised \(ScenarioText.text(replica.promised))\(suffix)")
            }
            guard replica.leader != before.leader || replica.isLeading != before.isLeading else { continue }
            let leader = replica.leader.map { ScenarioText.text($0) }
            let verb = replica.isLeading ? "leads in" : "follows"
            lines.append(leader.map { "\(verb) \($0)\(suffix)" } ?? "has no leader\(suffix)")
        }
        return lines
    }
}

import DecreePages
import DecreeWire
import PaxosBase
import PaxosLog

/// A value of a slot: equal for equal entries, whatever they are called.
struct LogValue: Hashable {
    let key: EntryKey
    let text: String

    /// Whose command it is tells it from others that look alike, and the log's time from the same command of another leader.
    init(_ entry: Entry) {
        key = EntryKey(entry)
        guard case .command(let command) = entry else {
            text = ScenarioText.text(entry)
            return
        }
        let origin = command.origin
        let life = origin.incarnation > Incarnation(1) ? ".\(origin.incarnation.rawValue)" : ""
        let time = command.stamp > .zero ? " of \(command.stamp.nanoseconds / 1_000_000) ms" : ""
        text = "\(ScenarioText.text(entry)) (\(origin.node)\(life)#\(origin.sequence)\(time))"
    }

    static func == (left: LogValue, right: LogValue) -> Bool { left.key == right.key }

    func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// The votes for the slots of a log, from what its nodes have on their disks: which value may still be chosen in which slot and
/// ballot.
struct LogVotes {
    private let nodes: [NodeID]
    private let quorum: Int
    private let words: Votes<Ballot, LogValue>.Words
    private let group: Int?
    private var slots: [Slot: Votes<Ballot, LogValue>] = [:]
    /// Slots that were voted on and in which nothing is chosen; ascending.
    private var open: [Slot] = []
    /// By node: the highest ballot that it has durably promised; below it votes no more.
    private var bounds: [Ballot]

    /// Of so many slots, or runs of slots that stand alike, it is told at once.
    private static let maximumRows = 8
    /// Of so many slots it is told why their values are safe; those come first where one is not.
    private static let maximumJudged = 3

    /// - Parameters:
    ///   - nodes: By their places.
    ///   - quorum: How many votes choose.
    ///   - group: Whose log it is, where there are several.
    init(nodes: [NodeID], quorum: Int, group: Int? = nil) {
        self.nodes = nodes
        self.quorum = quorum
        self.group = group
        bounds = Array(repeating: .zero, count: nodes.count)
        words = Votes<Ballot, LogValue>.Words(
            "ballot", ballot: { ScenarioText.text($0) }, value: \.text,
            nodes: { places in
                let names = places.map { "\(nodes[$0])" }
                guard let last = names.last, names.count > 1 else { return names.first ?? "nobody" }
                return names.dropLast().joined(separator: ", ") + " and " + last
            })
    }

    // MARK: What happens

    /// Records became durable at a node.
    /// - Returns: The votes that are otherwise by that.
    mutating func synced(_ records: [Record], at node: Int) -> [RecordedBallot] {
        let former = bounds[node]
        var voted: Set<Slot> = []
        for record in records {
            switch record {
            case .promised(let ballot): raise(node, ballot)
            case .accepted(let slot, let ballot, let entry):
                raise(node, ballot)
                vote(node, slot, ballot, entry)
                voted.insert(slot)
            default: break
            }
        }
        return rows(of: voted.union(open.filter { isClosed($0, to: node, since: former) }).sorted())
    }

    /// A promise keeps a node from voting in lower ballots of a slot, where it could until now.
    private func isClosed(_ slot: Slot, to node: Int, since former: Ballot) -> Bool {
        slots[slot]?.entries.contains {
            former <= $0.ballot && $0.ballot < bounds[node] && !$0.voters.contains(node)
        } == true
    }

    /// A node starts, and finds on its disk what was never seen to become durable.
    mutating func found(_ state: DurableState, at node: Int) {
        bounds[node] = state.promised
        for (slot, record) in state.slots where !record.isLearned {
            raise(node, record.ballot)
            vote(node, slot, record.ballot, record.entry)
        }
    }

    private mutating func raise(_ node: Int, _ ballot: Ballot) { bounds[node] = max(bounds[node], ballot) }

    private mutating func vote(_ node: Int, _ slot: Slot, _ ballot: Ballot, _ entry: Entry) {
        change(slot) { $0.vote(node, in: ballot, for: LogValue(entry)) }
    }

    private mutating func change(_ slot: Slot, _ edit: (inout Votes<Ballot, LogValue>) -> Void) {
        edit(&slots[slot, default: Votes(quorum: quorum)])
        let isChosen = slots[slot].map { votes in votes.entries.contains(where: votes.isChosen) } ?? false
        let place = open.firstIndex { $0 >= slot } ?? open.count
        let isOpen = place < open.count && open[place] == slot
        if isChosen, isOpen { open.remove(at: place) }
        if !isChosen, !isOpen { open.insert(slot, at: place) }
    }

    /// A leader writes what it proposes: whether other values may still be chosen below its ballot.
    /// - Returns: Nil where nobody voted for anything there before.
    mutating func proposed(_ records: [Record], by node: Int) -> RecordedJudgement? {
        var safe: [[String]] = []
        var unsafe: [[String]] = []
        for case .accepted(let slot, let ballot, let entry) in records {
            guard ballot.node == nodes[node], slots[slot]?.hasBegun(ballot) != true else { continue }
            let value = LogValue(entry)
            if let votes = slots[slot], !votes.entries.isEmpty {
                let rivals = votes.rivals(of: value, below: ballot, bounds, words)
                let lines = judge(value, in: ballot, at: slot, votes, rivals)
                if rivals.isEmpty { safe.append(lines) } else { unsafe.append(lines) }
            }
            change(slot) { $0.begin(ballot, value) }
        }
        let told = unsafe + safe
        guard !told.isEmpty else { return nil }
        let rest = told.count - Self.maximumJudged
        return RecordedJudgement(
            isSafe: unsafe.isEmpty,
            lines: told.prefix(Self.maximumJudged).flatMap(\.self)
                + (rest > 0 ? ["\(rest) more slots begin in the same turn."] : []))
    }

    private func judge(
        _ value: LogValue, in ballot: Ballot, at slot: Slot, _ votes: Votes<Ballot, LogValue>, _ rivals: [String]
    ) -> [String] {
        let proposed =
            "\(group.map { "Group \($0), slot" } ?? "Slot") \(slot.rawValue): \(ScenarioText.text(ballot)) begins with \(value.text)."
        let verdict =
            rivals.isEmpty
            ? "So no other value can be chosen below: \(value.text) is safe."
            : "So only \(rivals.joined(separator: " and ")) would be safe: here it breaks."
        return [proposed] + votes.lines(below: ballot, bounds, words) + shared(ballot, votes) + [verdict]
    }

    /// Whom those that promised a ballot share with those that voted right below it.
    private func shared(_ ballot: Ballot, _ votes: Votes<Ballot, LogValue>) -> [String] {
        let promisers = bounds.indices.filter { bounds[$0] >= ballot }
        guard let last = votes.entries.last(where: { $0.ballot < ballot && !$0.voters.isEmpty }), !promisers.isEmpty
        else { return [] }
        let both = promisers.filter(last.voters.contains)
        let quorum = "\(words.nodes(promisers)) promised \(ScenarioText.text(ballot))"
        return [
            both.isEmpty
                ? "\(quorum); none of them voted in \(ScenarioText.text(last.ballot))."
                : "\(quorum); \(words.nodes(both)) voted in \(ScenarioText.text(last.ballot)), through which its leader can know."
        ]
    }

    // MARK: What is told

    /// Slots that follow each other and stand alike are one row for each ballot.
    private func rows(of changed: [Slot]) -> [RecordedBallot] {
        var runs: [(first: Slot, last: Slot)] = []
        for slot in changed {
            if let run = runs.last, run.last.next == slot, stands(run.last, like: slot) {
                runs[runs.count - 1].last = slot
            } else {
                runs.append((slot, slot))
            }
        }
        return runs.suffix(Self.maximumRows).flatMap { run in rows(run.first, run.last) }
    }

    private func stands(_ slot: Slot, like other: Slot) -> Bool {
        guard let votes = slots[slot], let others = slots[other] else { return false }
        return votes.entries.map(\.ballot) == others.entries.map(\.ballot)
            && votes.entries.map(\.voters) == others.entries.map(\.voters)
    }

    private func rows(_ first: Slot, _ last: Slot) -> [RecordedBallot] {
        guard let votes = slots[first], let others = slots[last] else { return [] }
        return zip(
            votes.rows(bounds, slot: name(first, last), words), others.rows(bounds, words)
        ).map { row, end in
            let value = row.value == end.value ? row.value : "\(row.value) … \(end.value)"
            return RecordedBallot(
                slot: row.slot, ballot: row.ballot, value: value, voters: row.voters, undecided: row.undecided,
                state: row.state)
        }
    }

    private func name(_ first: Slot, _ last: Slot) -> String {
        (group.map { "group \($0), " } ?? "") + ScenarioText.slots(first, last)
    }
}

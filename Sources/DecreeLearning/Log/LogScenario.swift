import PaxosBase
import PaxosSynod

/// A scenario of a log without a leader, in text: steps, and what the nodes made of each.
///
/// ```text
/// # A command that loses its slot tries the next.
/// > nodes 3
/// > wants 0 A
/// > arrive prepare 0 1
///      0 -> 1  slot 1: prepare 1.0
/// ```
///
/// Lines that begin with `#` are for the reader, the first of them states what the scenario shows; those that begin with `>` are
/// steps; all others are what happened, and are written anew by every run. A message arrives when a step says so, and what is
/// written is durable at once. Equal steps make equal lines. Of the log with a leader `DecreeSimulator.Scenario` does the same.
enum LogScenario {
    /// Carries out the steps of a scenario.
    /// - Returns: The scenario with what happens.
    /// - Throws: Which line could not be understood or carried out.
    static func run(_ text: String) throws(LogScenarioError) -> String {
        var stage: (any LogStage)?
        var lines: [String] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard line.hasPrefix(">") else {
                if line.isEmpty || line.hasPrefix("#") { lines.append(String(line)) }
                continue
            }
            lines.append(String(line))
            do throws(LogScenarioError) {
                lines += try carryOut(line.dropFirst().split(separator: " ").map(String.init), on: &stage)
            } catch {
                throw LogScenarioError("line \(number + 1): \(error.description)")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func carryOut(_ words: [String], on stage: inout (any LogStage)?) throws(LogScenarioError)
        -> [String]
    {
        guard words.first == "nodes" else {
            guard stage != nil else { throw LogScenarioError("first comes the number of nodes: > nodes 3") }
            return try stage?.carryOut(words) ?? []
        }
        guard words.count > 1, let count = Int(words[1]), (1...9).contains(count) else {
            throw LogScenarioError("a scenario has 1 to 9 nodes")
        }
        stage = words.last == "fast" ? Troupe<FastProcess>(count) : Troupe<SynodProcess>(count)
        return []
    }
}

/// What is wrong with a scenario.
struct LogScenarioError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The nodes of a scenario, whatever protocol decides.
private protocol LogStage {
    mutating func carryOut(_ words: [String]) throws(LogScenarioError) -> [String]
}

/// Nodes with a log each, their disks, and the messages under way in the order of sending.
private struct Troupe<Instance: ExplainedConsensus>: LogStage {
    private let members: Configuration
    private var logs: [LeaderlessLog<Instance>?] = []
    private var disks: [LogState]
    private var delivered: [[String]]
    private var mail: [LogPacket] = []
    private var lines: [String] = []

    init(_ count: Int) {
        members = Configuration(
            number: ConfigurationNumber(1), members: (0..<count).map { NodeID(UInt64($0 + 1)) })
        disks = Array(repeating: LogState(), count: count)
        delivered = Array(repeating: [], count: count)
        for place in 0..<count { logs.append(born(place)) }
    }

    private func born(_ place: Int) -> LeaderlessLog<Instance> {
        LeaderlessLog(identity: members.members[place], members: members, durable: disks[place], patience: nil)
    }

    // MARK: Steps

    mutating func carryOut(_ words: [String]) throws(LogScenarioError) -> [String] {
        lines = []
        switch words.first {
        case "wants": step(try node(words, 1), .proposed(Payload(try word(words, 2).utf8)))
        case "know": try know(words)
        case "arrive": try arrive(words)
        case "lose": try lose(words)
        case "settle": settle()
        case "repair": step(try node(words, 1), .repairs)
        case "die": logs[try node(words, 1)] = nil
        case "start": try start(try node(words, 1))
        case "state": for place in logs.indices { tellState(place) }
        default: throw LogScenarioError("there is no step '\(words.first ?? "")'")
        }
        return lines
    }

    /// Some nodes have learned what stands in the first so many slots: `know 100 0 1`.
    private mutating func know(_ words: [String]) throws(LogScenarioError) {
        let count = try number(words, 1)
        for word in words.dropFirst(2) {
            let place = try node([word], 0)
            for slot in 1...count {
                let message = LogMessage(Slot(UInt64(slot)), .chosen(Payload("v\(slot)".utf8)))
                step(place, .received(message, from: members.members[place]), isTold: false)
            }
        }
    }

    /// `arrive prepare 0 1`: the oldest message of a kind from one node to another.
    private mutating func arrive(_ words: [String]) throws(LogScenarioError) {
        let packet = mail.remove(at: try find(words))
        guard logs[packet.receiver] != nil else { throw LogScenarioError("node \(packet.receiver) is down") }
        deliver(packet)
    }

    private mutating func lose(_ words: [String]) throws(LogScenarioError) {
        let packet = mail.remove(at: try find(words))
        lines.append("     \(packet.sender) -x \(packet.receiver)  \(packet)")
    }

    private func find(_ words: [String]) throws(LogScenarioError) -> Int {
        let (kind, from, to) = (try word(words, 1), try node(words, 2), try node(words, 3))
        guard let place = mail.firstIndex(where: { $0.sender == from && $0.receiver == to && $0.kind == kind }) else {
            throw LogScenarioError("no \(kind) is under way from \(from) to \(to)")
        }
        return place
    }

    /// Everything arrives, in the order of sending; what goes to the dead is lost.
    private mutating func settle() {
        while !mail.isEmpty {
            let packet = mail.removeFirst()
            if logs[packet.receiver] != nil { deliver(packet) }
        }
    }

    private mutating func start(_ place: Int) throws(LogScenarioError) {
        guard logs[place] == nil else { throw LogScenarioError("node \(place) is up") }
        logs[place] = born(place)
        delivered[place] = []
    }

    // MARK: What happens

    private mutating func deliver(_ packet: LogPacket) {
        lines.append("     \(packet.sender) -> \(packet.receiver)  \(packet)")
        let message = LogMessage(packet.slot, packet.packet.message)
        step(packet.receiver, .received(message, from: packet.packet.from))
    }

    private mutating func step(_ place: Int, _ event: LogEvent, isTold: Bool = true) {
        var effects = LogEffects()
        logs[place]?.step(event, at: .zero, into: &effects)
        for record in effects.records { disks[place].absorb(record) }
        for entry in effects.delivered {
            let text = "\(entry.slot.rawValue)=\(entry.command.isEmpty ? "nothing" : entry.command.text)"
            delivered[place].append(text)
            if isTold { lines.append("     \(place)       delivers \(text)") }
        }
        for send in effects.sends { say(LogPacket(from: members.members[place], send)) }
        if !effects.records.isEmpty { step(place, .written(effects.write)) }
    }

    /// What a node says to itself it hears at once.
    private mutating func say(_ packet: LogPacket) {
        guard packet.sender == packet.receiver else { return mail.append(packet) }
        let message = LogMessage(packet.slot, packet.packet.message)
        step(packet.receiver, .received(message, from: packet.packet.from))
    }

    private mutating func tellState(_ place: Int) {
        guard let log = logs[place] else { return lines.append("     \(place)       is down") }
        let list = delivered[place]
        let words = list.count > 6 ? [list[0], "(and so on)"] + list.suffix(3) : list
        let next = log.instance(of: log.delivered.next)?.holding
        let holding =
            next.map { ", holds \(log.delivered.next.rawValue)=\($0.value.text) in \(Round($0.ballot))" } ?? ""
        lines.append(
            "     \(place)       delivered \(words.isEmpty ? "nothing" : words.joined(separator: " "))\(holding)")
    }

    // MARK: Words

    private func word(_ words: [String], _ place: Int) throws(LogScenarioError) -> String {
        guard words.indices.contains(place) else { throw LogScenarioError("a word is missing") }
        return words[place]
    }

    private func number(_ words: [String], _ place: Int) throws(LogScenarioError) -> Int {
        guard let number = Int(try word(words, place)) else { throw LogScenarioError("a number is missing") }
        return number
    }

    private func node(_ words: [String], _ place: Int) throws(LogScenarioError) -> Int {
        let number = try number(words, place)
        guard logs.indices.contains(number) else { throw LogScenarioError("there is no node \(number)") }
        return number
    }
}

extension LogPacket {
    /// The first word of what it says.
    fileprivate var kind: String {
        switch packet.message {
        case .prepare: "prepare"
        case .promise: "promise"
        case .accept: "accept"
        case .accepted: "accepted"
        case .refused: "refused"
        case .chosen: "chosen"
        case .ask: "ask"
        }
    }
}

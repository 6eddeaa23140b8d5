import PaxosBase
import PaxosSynod

/// A message as a line of text: its name, ballots as number and identity, and a value at the end. `promise 3.1 2.2 red` says
/// that ballot 3.1 is promised, and that red was accepted in ballot 2.2.
public enum MessageText {
    public static func text(_ message: SynodMessage) -> String {
        switch message {
        case .prepare(let ballot): "prepare \(text(ballot))"
        case .promise(let ballot, let accepted):
            "promise \(text(ballot))" + (accepted.map { " \(text($0))" } ?? "")
        case .accept(let proposal): "accept \(text(proposal))"
        case .accepted(let proposal): "accepted \(text(proposal))"
        case .refused(let ballot, let promised): "refused \(text(ballot)) \(text(promised))"
        case .chosen(let value): "chosen \(text(value))"
        case .ask: "ask"
        }
    }

    /// Reads what ``text(_:)-(SynodMessage)`` writes; nil for anything else, which is as good as lost.
    public static func message(_ line: String) -> SynodMessage? {
        let (name, rest) = split(line)
        switch name {
        case "prepare": return ballot(rest).map { .prepare($0) }
        case "promise": return promise(rest)
        case "accept": return proposal(rest).map { .accept($0) }
        case "accepted": return proposal(rest).map { .accepted($0) }
        case "refused":
            let (first, second) = split(rest)
            guard let late = ballot(first), let promised = ballot(second) else { return nil }
            return .refused(late, promised: promised)
        case "chosen": return rest.isEmpty ? nil : .chosen(Payload(rest.utf8))
        case "ask": return rest.isEmpty ? .ask : nil
        default: return nil
        }
    }

    public static func text(_ value: Payload) -> String { String(decoding: value.bytes, as: UTF8.self) }

    private static func text(_ ballot: Ballot) -> String { "\(ballot.round).\(ballot.node.rawValue)" }

    private static func text(_ proposal: Proposal) -> String { "\(text(proposal.ballot)) \(text(proposal.value))" }

    /// The first word, and what comes behind it.
    private static func split(_ line: String) -> (String, String) {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }

    private static func ballot(_ text: String) -> Ballot? {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt64($0) }
        guard numbers.count == 2, let number = numbers[0], let identity = numbers[1] else { return nil }
        return Ballot(number: number, identity: NodeID(identity))
    }

    private static func proposal(_ text: String) -> Proposal? {
        let (first, value) = split(text)
        guard let ballot = ballot(first), !value.isEmpty else { return nil }
        return Proposal(ballot: ballot, value: Payload(value.utf8))
    }

    private static func promise(_ text: String) -> SynodMessage? {
        let (first, rest) = split(text)
        guard let ballot = ballot(first) else { return nil }
        if rest.isEmpty { return .promise(ballot, accepted: nil) }
        return proposal(rest).map { .promise(ballot, accepted: $0) }
    }
}

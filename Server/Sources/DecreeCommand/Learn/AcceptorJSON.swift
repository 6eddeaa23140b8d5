import Foundation
import PaxosBase
import PaxosSynod

/// Requests and answers as JSON.
enum AcceptorJSON {
    /// - Parameter request: To prepare or to accept.
    static func object(_ request: SynodMessage) -> [String: Any] {
        switch request {
        case .prepare(let ballot): ["type": "prepare", "ballot": array(ballot)]
        case .accept(let proposal): ["type": "accept", "ballot": array(proposal.ballot), "value": text(proposal.value)]
        case .promise, .accepted, .refused, .chosen, .ask: [:]
        }
    }

    /// - Returns: nil for what is no answer.
    static func message(_ object: [String: Any], to request: SynodMessage) -> SynodMessage? {
        switch object["type"] as? String {
        case "promise":
            guard let ballot = ballot(object["ballot"]) else { return nil }
            guard let accepted = object["accepted"], !(accepted is NSNull) else {
                return .promise(ballot, accepted: nil)
            }
            return (accepted as? [String: Any]).flatMap(proposal).map { .promise(ballot, accepted: $0) }
        case "accepted": return proposal(object).map { .accepted($0) }
        case "refused":
            guard let promised = ballot(object["promised"]) else { return nil }
            switch request {
            case .prepare(let ballot): return .refused(ballot, promised: promised)
            case .accept(let proposal): return .refused(proposal.ballot, promised: promised)
            case .promise, .accepted, .refused, .chosen, .ask: return nil
            }
        default: return nil
        }
    }

    private static func proposal(_ object: [String: Any]) -> Proposal? {
        guard let ballot = ballot(object["ballot"]), let value = object["value"] as? String else { return nil }
        return Proposal(ballot: ballot, value: Payload(value.utf8))
    }

    /// Numbers that a small world can hold; proposers are counted from 0.
    private static func ballot(_ value: Any?) -> Ballot? {
        guard let numbers = value as? [Int], numbers.count == 2, numbers.allSatisfy((0...200).contains) else {
            return nil
        }
        return Ballot(number: UInt64(numbers[0]), identity: NodeID(UInt64(numbers[1] + 1)))
    }

    private static func array(_ ballot: Ballot) -> [Int] { [Int(ballot.round), Int(ballot.node.rawValue) - 1] }

    private static func text(_ value: Payload) -> String { String(decoding: value.bytes, as: UTF8.self) }
}

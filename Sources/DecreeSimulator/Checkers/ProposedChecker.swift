import PaxosBase
import PaxosLog

/// Every chosen value was proposed by a client, or is a no-op or what a machine wants by itself.
struct ProposedChecker {
    /// Whether a command is of a kind that machines want by themselves.
    var isOwn: (Payload) -> Bool = { _ in false }
    /// Hashes of the payloads that clients proposed, with their places in the history. Looked up only, never walked.
    private var places: [UInt64: Int] = [:]

    /// A client proposes `payload`, which no other operation has.
    mutating func proposed(_ payload: Payload, place: Int) {
        let former = places.updateValue(place, forKey: Self.hash(payload))
        invariant(former == nil, "no two commands of a workload are equal: operations \(former ?? 0) and \(place)")
    }

    /// The operation that `payload` belongs to.
    func place(of payload: Payload) -> Int? { places[Self.hash(payload)] }

    func chosen(_ entry: Entry, at slot: Slot, _ findings: Findings) {
        switch entry {
        case .noOp: return
        case .command(let command):
            guard place(of: command.payload) == nil, !isOwn(command.payload) else { return }
            findings.report(.proposed, "nobody proposed what is chosen at \(slot), of origin \(command.origin)")
        case .unknown(let kind, _):
            findings.report(.proposed, "an entry of kind \(kind) is chosen at \(slot), which nobody makes")
        }
    }

    private static func hash(_ payload: Payload) -> UInt64 { payload.withUnsafeBytes { StableHasher.hash($0) } }
}

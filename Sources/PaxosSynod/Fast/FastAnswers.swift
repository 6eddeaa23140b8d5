import PaxosBase

extension FastPaxos {
    /// What acceptors have said that they accepted last: promises of a ballot, or votes in the one right below it.
    struct Answers: Hashable, Sendable {
        /// By the acceptors' places; nil for those that said nothing.
        private var answers: [Answer?]

        private enum Answer: Hashable, Sendable {
            case nothing
            case accepted(Proposal)
        }

        init(of count: Int) { answers = Array(repeating: nil, count: count) }

        mutating func insert(_ accepted: Proposal?, of place: Int) {
            answers[place] = accepted.map { .accepted($0) } ?? .nothing
        }

        /// How many said something.
        var count: Int { answers.count { $0 != nil } }

        private var accepted: [Proposal] {
            answers.compactMap { if case .accepted(let proposal)? = $0 { proposal } else { nil } }
        }

        /// Of the highest ballot that any of them accepted in; one value alone if that is classic.
        private var reported: [Proposal] {
            let highest = accepted.map(\.ballot).max()
            var proposals: [Proposal] = []
            for proposal in accepted where proposal.ballot == highest && !proposals.contains(proposal) {
                proposals.append(proposal)
            }
            return proposals
        }

        /// Votes for different values in the highest ballot.
        var collide: Bool { reported.count > 1 }

        /// The value may have been chosen, as far as these can say: so it is if all others voted for it.
        private func mayBeChosen(_ proposal: Proposal, _ members: Configuration, _ flaw: FastPaxosFlaw?) -> Bool {
            let others = members.members.count - count
            let voters = accepted.count { $0 == proposal }
            return voters + others >= FastPaxos.quorum(of: proposal.ballot, members, flaw: flaw)
        }

        /// What a classic ballot may be issued for. A value that may have been chosen is prescribed, and there is at most one. Where
        /// none may have been any will do; the proposer's own wish, unless only one was reported.
        /// - Returns: Nil where any value will do and there is no wish.
        /// - Source: Lamport, "Fast Paxos", section 3.2 (the rule for picking a value, O4).
        func permitted(wish: Payload?, of members: Configuration, flaw: FastPaxosFlaw?) -> Payload? {
            let reported = reported
            if flaw == .anyReportedTaken { return reported.last?.value ?? wish }
            let isFree = flaw == .collisionTakenForFree && reported.count > 1
            if !isFree, let only = reported.first(where: { mayBeChosen($0, members, flaw) }) { return only.value }
            return reported.count == 1 ? reported[0].value : wish ?? reported.first?.value
        }
    }
}

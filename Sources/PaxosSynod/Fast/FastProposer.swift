import PaxosBase

extension FastPaxos {
    /// A proposer: sends its wish to the acceptors in the open ballot, recovers from collisions if it is the coordinator, and
    /// stands with ballots of its own where that comes to nothing.
    public struct Proposer: Hashable, Sendable {
        /// How far its latest ballot is.
        enum Phase: Hashable, Sendable {
            case idle
            /// Phase 1: waits for promises of a prepare quorum.
            case preparing(Ballot, Answers)
            /// Phase 2: waits for votes, which the learner counts.
            case accepting(Proposal)
            case done
        }

        /// Of its process; the second half of its ballots.
        public let identity: NodeID
        /// What it would like to be chosen.
        public private(set) var wish: Payload?
        private(set) var phase = Phase.idle
        /// The coordinator's: the votes of the open ballot, until they were made use of. A life that finds its ballot to recover
        /// in used up has none: that ballot must not have two values.
        private var votes: Answers?
        private var highestNumber: UInt64
        private let members: Configuration
        private let flaw: FastPaxosFlaw?

        init(identity: NodeID, of members: Configuration, _ durable: SynodState, flaw: FastPaxosFlaw?) {
            self.identity = identity
            self.members = members
            self.flaw = flaw
            highestNumber = max(durable.stood.round, FastPaxos.recoveryNumber)
            let mayRecover = identity == FastPaxos.coordinator(of: members) && durable.stood == .zero
            votes = mayRecover ? Answers(of: members.members.count) : nil
        }

        /// Something is wished for, and it is not known yet what is chosen.
        private var isTrying: Bool { wish != nil && phase != .done }

        /// A client wants a value to be chosen; the first that comes is tried, in the open ballot.
        mutating func propose(_ value: Payload, into effects: inout SynodEffects) {
            wish = wish ?? value
            guard isTrying, let wish else { return }
            let proposal = Proposal(ballot: FastPaxos.opening(of: members), value: wish)
            effects.send(.accept(proposal), to: members.members)
        }

        /// Phase 1a: begins a classic ballot, above all that it used or heard of.
        mutating func stand(into effects: inout SynodEffects) {
            guard isTrying, highestNumber < .max else { return }
            highestNumber += 1
            votes = nil
            let ballot = Ballot(number: highestNumber, identity: identity)
            phase = .preparing(ballot, Answers(of: members.members.count))
            effects.records.append(.stood(ballot))
            effects.send(.prepare(ballot), to: members.members)
        }

        /// Phase 1b arrives. Phase 2a follows once a quorum has promised.
        mutating func promise(
            _ ballot: Ballot, accepted: Proposal?, from acceptor: NodeID, into effects: inout SynodEffects
        ) {
            guard case .preparing(let current, var answers) = phase, ballot == current,
                let place = members.index(of: acceptor)
            else { return }
            guard accepted.isBelow(ballot) else {
                effects.violation = accepted.map { .acceptedAbovePromise(ballot, accepted: $0, by: acceptor) }
                return
            }
            answers.insert(accepted, of: place)
            phase = .preparing(current, answers)
            if answers.count >= members.prepareQuorum { issue(ballot, answers, into: &effects) }
        }

        /// A vote of the open ballot arrives at its coordinator, which recovers as soon as those of a quorum do not agree.
        mutating func accepted(_ proposal: Proposal, by acceptor: NodeID, into effects: inout SynodEffects) {
            guard proposal.ballot == FastPaxos.opening(of: members), let place = members.index(of: acceptor) else {
                return
            }
            votes?.insert(proposal, of: place)
            if votes?.collide == true { recover(into: &effects) }
        }

        /// The votes of a quorum have come and do not agree, or time is up. They count as promises of the ballot right behind
        /// theirs, and phase 2a follows at once.
        /// - Returns: Whether that could be done.
        @discardableResult
        mutating func recover(into effects: inout SynodEffects) -> Bool {
            guard phase == .idle, let answers = votes, answers.count >= members.prepareQuorum else { return false }
            let ballot = FastPaxos.recovery(of: members)
            votes = nil
            effects.records.append(.stood(ballot))
            issue(ballot, answers, into: &effects)
            return true
        }

        private mutating func issue(_ ballot: Ballot, _ answers: Answers, into effects: inout SynodEffects) {
            guard let value = answers.permitted(wish: wish, of: members, flaw: flaw) else { return }
            let proposal = Proposal(ballot: ballot, value: value)
            phase = .accepting(proposal)
            effects.send(.accept(proposal), to: members.members)
        }

        /// An acceptor has promised a higher ballot: the next one is to be above that.
        /// - Returns: Whether the ballot under way comes to nothing.
        mutating func refused(_ ballot: Ballot, promised: Ballot) -> Bool {
            highestNumber = max(highestNumber, promised.round)
            return promised > ballot && (ballot == current || phase == .idle && FastPaxos.isFast(ballot))
        }

        /// It is known what is chosen: nothing is left to try.
        mutating func learn() {
            phase = .done
            votes = nil
        }

        private var current: Ballot? {
            switch phase {
            case .preparing(let ballot, _): ballot
            case .accepting(let proposal): proposal.ballot
            case .idle, .done: nil
            }
        }
    }
}

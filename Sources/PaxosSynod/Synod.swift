import PaxosBase

/// Who takes part in the choice of one value, in which role.
///
/// One process may have several roles. Who they are is fixed from the beginning, and every process is told the same.
/// - Source: Lamport, "Paxos Made Simple", section 2.1.
public struct Synod: Hashable, Sendable {
    /// How learners find out what the acceptors accepted.
    public enum Learning: Hashable, Sendable {
        /// Every acceptor tells every learner: soonest, with as many messages as acceptors times learners.
        case fromAcceptors
        /// Every acceptor tells these learners, which tell the others. One is cheapest, and while it is down nobody is
        /// told; several cost more and bear the failure of all but one.
        case through([NodeID])
    }

    /// Those that may propose a value.
    public let proposers: [NodeID]
    /// Those that vote, with the sizes of their quorums.
    public let acceptors: Configuration
    /// Those that want to know.
    public let learners: [NodeID]
    /// How learners find out.
    public let learning: Learning

    /// - Parameters:
    ///   - acceptors: 1 to 64; majorities of them choose.
    ///   - learning: Distinguished learners must be among `learners`.
    public init(
        proposers: [NodeID], acceptors: [NodeID], learners: [NodeID], learning: Learning = .fromAcceptors
    ) {
        self.init(
            proposers: proposers, acceptors: Configuration(number: Ballot.onlyConfiguration, members: acceptors),
            learners: learners, learning: learning)
    }

    /// With quorums of other sizes than majorities.
    /// - Source: Howard, Malkhi, Spiegelman, "Flexible Paxos", 2016, section 3.
    public init(proposers: [NodeID], acceptors: Configuration, learners: [NodeID], learning: Learning) {
        self.proposers = proposers.sorted()
        self.acceptors = acceptors
        self.learners = learners.sorted()
        self.learning = learning
        invariant(
            distinguished.allSatisfy(learners.contains), "distinguished learners are learners: \(distinguished)")
    }

    /// The learners whom acceptors tell.
    var toldByAcceptors: [NodeID] { learning == .fromAcceptors ? learners : distinguished }

    /// The learners that tell the others.
    var distinguished: [NodeID] {
        switch learning {
        case .fromAcceptors: []
        case .through(let learners): learners
        }
    }
}

extension Ballot {
    /// The acceptors of a Synod never change.
    static let onlyConfiguration = ConfigurationNumber(1)

    /// The ballot of a Synod: a number, and the identity of its proposer, so that no two proposers share one.
    /// - Source: Lamport, "Paxos Made Simple", section 2.5 ("different proposers choose their numbers from disjoint sets").
    public init(number: UInt64, identity: NodeID) {
        self.init(configuration: Self.onlyConfiguration, round: number, node: identity)
    }
}

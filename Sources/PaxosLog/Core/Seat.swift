import PaxosBase

/// A node's place in one configuration of one group; what it says is addressed from there.
struct Seat: Hashable, Sendable {
    let group: GroupID
    let configuration: Configuration
    let node: NodeID
    /// The node's position among the members.
    let index: Int

    /// - Parameter node: Must be a member of the configuration.
    init(of node: NodeID, group: GroupID, in configuration: Configuration) {
        guard let index = configuration.index(of: node) else {
            invariantFailure("a replica is a member of its configuration: \(node) in \(configuration.members)")
        }
        self.group = group
        self.configuration = configuration
        self.node = node
        self.index = index
    }

    /// The positions of the other members, ascending.
    var others: [Int] { configuration.members.indices.filter { $0 != index } }

    /// How many members a leader must reach: enough for both phases.
    var quorumToLead: Int { max(configuration.prepareQuorum, configuration.acceptQuorum) }

    /// The position of a member other than this node; nil for this node and for strangers.
    func place(ofPeer peer: NodeID) -> Int? {
        guard let place = configuration.index(of: peer), place != index else { return nil }
        return place
    }

    func send(_ message: Message, to peer: NodeID, into effects: inout Effects) {
        let envelope = Envelope(group: group, configuration: configuration.number, message: message)
        effects.sends.append(Send(to: peer, envelope: envelope))
    }

    func broadcast(_ message: Message, into effects: inout Effects) {
        for member in configuration.members where member != node { send(message, to: member, into: &effects) }
    }
}

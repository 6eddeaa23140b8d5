import PaxosBase

// What a data directory records of its cluster, and what counts when its node is started with something else.
//
// Identifiers of members and cluster follow from what the operator wrote at the first start. Later they stand in the
// directory, and what is written on the command line then is a matter of addresses alone: no start may change who votes.

extension NodeIdentity {
    /// With what a node goes on that was started with a certain description.
    public struct Resolution: Hashable, Sendable {
        /// The recorded identity, with what is to be recorded from now on.
        public var identity: NodeIdentity
        public var cluster: ClusterDescription
        /// What was ignored, or changed, and what is recorded: sentences for the log.
        public var warnings: [String] = []
    }

    /// - Parameters:
    ///   - given: Which member the node was told to be; one of `cluster`.
    ///   - cluster: What it was told of its cluster.
    ///   - recordedPrevails: What the directory records counts. Otherwise a description that does not fit is refused.
    public func resolve(
        node given: NodeID, cluster: ClusterDescription, recordedPrevails: Bool
    ) throws(IdentityFinding) -> Resolution {
        guard recordedPrevails, let recorded = recordedCluster(node: given, cluster: cluster) else {
            try match(given, cluster)
            var identity = self
            identity.cluster = cluster
            return Resolution(identity: identity, cluster: cluster)
        }
        var resolution = Resolution(identity: self, cluster: recorded)
        resolution.noteToken(cluster.token)
        resolution.noteName(cluster.member(given)?.name ?? "")
        resolution.noteMembers(cluster)
        resolution.identity.cluster = resolution.cluster
        return resolution
    }

    /// What an older version wrote does not name the members, and need not where there is but one.
    private func recordedCluster(node given: NodeID, cluster: ClusterDescription) -> ClusterDescription? {
        if let recorded = self.cluster { return recorded }
        guard formed?.map(\.node) == [node], let own = cluster.member(given) else { return nil }
        let member = Member(node: node, name: own.name, addresses: own.addresses)
        return try? ClusterDescription(token: cluster.token, members: [member], clusterID: clusterID)
    }

    private func match(_ given: NodeID, _ cluster: ClusterDescription) throws(IdentityFinding) {
        guard clusterID == cluster.clusterID else {
            throw .otherCluster(found: clusterID, expected: cluster.clusterID)
        }
        guard node == given else { throw .otherNode(found: node, expected: given) }
        if let recorded = formed?.map(\.node), recorded != cluster.nodes {
            throw .membersDiffer(recorded: recorded, given: cluster.nodes)
        }
    }
}

extension NodeIdentity.Resolution {
    fileprivate mutating func noteToken(_ token: String) {
        guard token != cluster.token else { return }
        warnings.append(
            "the data directory records the cluster token \"\(cluster.token)\"; the token \"\(token)\" that the node was "
                + "started with is ignored")
    }

    fileprivate mutating func noteName(_ name: String) {
        guard let recorded = cluster.member(identity.node)?.name, recorded != name else { return }
        warnings.append(
            "the data directory records this member as \"\(recorded)\"; the name \"\(name)\" that it was started with "
                + "changes nothing but what clients are shown")
    }

    /// The addresses of the same members may be others than before: handshakes tell who answers there. Another set of
    /// members is ignored.
    fileprivate mutating func noteMembers(_ given: ClusterDescription) {
        guard Set(given.members.map(\.name)) == Set(cluster.members.map(\.name)) else {
            warnings.append(
                "the data directory records the members \(cluster.text); the list \(given.text) that the node was "
                    + "started with is ignored")
            return
        }
        guard let moved = try? cluster.moved(to: given), moved != cluster else { return }
        warnings.append(
            "the data directory records the members \(cluster.text); their addresses are now taken from the list "
                + "\(given.text) that the node was started with, and recorded")
        cluster = moved
    }
}

extension ClusterDescription {
    /// The same members, each at the addresses that the other description has for its name.
    fileprivate func moved(to other: ClusterDescription) throws(ConfigurationError) -> ClusterDescription {
        let members = members.map { member in
            let addresses = other.members.first { $0.name == member.name }?.addresses ?? member.addresses
            return Member(node: member.node, name: member.name, addresses: addresses)
        }
        return try ClusterDescription(token: token, members: members, clusterID: clusterID)
    }

    /// As operators write it.
    fileprivate var text: String {
        members.flatMap { member in
            member.addresses.isEmpty ? [member.name] : member.addresses.map { "\(member.name)=\($0)" }
        }.joined(separator: ",")
    }
}

/// Why a data directory is not that of the node that was to be started.
public enum IdentityFinding: Error, Hashable, Sendable {
    case otherCluster(found: UInt64, expected: UInt64)
    case otherNode(found: NodeID, expected: NodeID)
    case membersDiffer(recorded: [NodeID], given: [NodeID])
}

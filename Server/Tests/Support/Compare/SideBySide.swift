import Synchronization

/// Our cluster and a real etcd cluster that are told the same, through the same client.
public final class SideBySide: Sendable {
    public let ours: ServerCluster
    public let theirs: ServerCluster
    private let ourNames: Normalizer
    private let theirNames: Normalizer
    private let etcdctl: String
    private let newerEtcdctl: String
    private let terms = Mutex<[Int64]>([])

    /// Both clusters serve already. The leaders are made to stand at the same place in both.
    public init(ours: ServerCluster, theirs: ServerCluster) throws {
        self.ours = ours
        self.theirs = theirs
        etcdctl = try Tools.etcdctl.get()
        newerEtcdctl = try Tools.etcdctl35.get()
        ourNames = try Normalizer(ours)
        theirNames = try Normalizer(theirs)
        try alignLeaders()
        let terms = try leaderTerms()
        self.terms.withLock { $0 = terms }
    }

    /// Whether either cluster has elected anew. What its servers say of themselves differs then for a good reason, and so do
    /// revisions, once a client was told that its write may have been done.
    public func isDisturbed() -> Bool { (try? leaderTerms()) != terms.withLock { $0 } }

    private func leaderTerms() throws -> [Int64] {
        try [ours, theirs].map { try $0.leader().client().status().header.term }
    }

    /// A difference between the two.
    public struct Difference: CustomStringConvertible {
        let step: String
        let ours: String
        let theirs: String

        public var description: String { "etcdctl \(step)\n=== etcd: \(theirs)\n=== decree: \(ours)\n" }
    }

    /// Runs a script against one endpoint of each cluster, both at the same time.
    /// - Returns: the steps that were answered differently.
    public func run(_ script: [Step], endpoint: Int) throws -> [Difference] {
        let answers = try concurrently(
            { [self] () throws -> [String] in try script.map { try answer(ours, ourNames, $0, endpoint) } },
            { [self] () throws -> [String] in try script.map { try answer(theirs, theirNames, $0, endpoint) } })
        return script.indices.compactMap { index in
            let (our, their) = (answers.0[index], answers.1[index])
            return our == their ? nil : Difference(step: script[index].line, ours: our, theirs: their)
        }
    }

    private func answer(
        _ cluster: ServerCluster, _ names: Normalizer, _ step: Step, _ endpoint: Int
    ) throws -> String {
        let program = step.client == .debian ? etcdctl : newerEtcdctl
        let endpoints = step.asksAll ? cluster.allEndpoints : cluster.endpoints[endpoint]
        let now = step.line.contains("{now") ? try cluster.nodes[endpoint].client().range("x").header.revision : 0
        let command = [program, "--endpoints=\(endpoints)"] + step.words(now: now)
        let result = try runCommand(command, input: step.input, environment: ["ETCDCTL_API": "3"])
        return names.normalize(result, isUnordered: step.isUnordered)
    }

    /// Lets the real etcd's leader move to the place where ours leads, so that both say the same of who leads.
    private func alignLeaders() throws {
        let leader = try ours.leader()
        guard let place = ours.nodes.firstIndex(where: { $0 === leader }) else { return }
        let wanted = theirs.nodes[place]
        let current = try theirs.leader()
        if current === wanted { return }
        let target = try wanted.client().status().header.memberID
        try current.client().moveLeader(to: target)
        try eventually("etcd's leader at \(wanted.name)", within: .seconds(10)) { try theirs.leader() === wanted }
    }
}

/// Runs `body` with both clusters.
public func withBothServers(_ body: (SideBySide) throws -> Void) throws {
    try withCluster(.etcd()) { theirs in
        try withCluster(.decree()) { ours in
            try body(try SideBySide(ours: ours, theirs: theirs))
        }
    }
}

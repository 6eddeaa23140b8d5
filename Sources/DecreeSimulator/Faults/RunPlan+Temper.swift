import PaxosBase
import PaxosLog

extension RunPlan {
    mutating func take(_ temper: Temper, _ choices: inout Choices) {
        switch temper {
        case .plain: break
        case .restless: makeRestless(&choices)
        case .selfSucceeding: makeSelfSucceeding(&choices)
        case .deaf: makeDeaf(&choices)
        case .bridged: makeBridged(&choices)
        case .stalled: makeStalled(&choices)
        case .crashing: makeCrashing(&choices)
        case .slow: makeSlow(&choices)
        }
    }

    private var heartbeat: TimeSpan { replica.heartbeatInterval }

    private mutating func makeStalled(_ choices: inout Choices) {
        nodeCount = [3, 5][Int(choices.below(2))]
        healsQuorumOnly = false
        bulkStall = choices.chance(1, in: 2) ? .outgoing : .incoming
        stallsAnother = choices.chance(1, in: 2)
    }

    private mutating func makeCrashing(_ choices: inout Choices) {
        nodeCount = [3, 5, 5][Int(choices.below(3))]
        hasten()
        faults.crash = heartbeat * (4 + choices.below(20))
        faults.downTime = heartbeat * (1 + choices.below(8))
        faults.crashAllPercent = [0, 20][Int(choices.below(2))]
        network.duplicatePerMille = 200
        network.longDelayPerMille = 50
        network.longDelay = heartbeat * (5 + choices.below(40))
        disk.segmentBytes = 16 * 1024
        limits.snapshots.minimumJournalBytes = 1_000
    }

    /// Nothing gets chosen here before nodes wait longer than their settings say. Clients have the time.
    private mutating func makeSlow(_ choices: inout Choices) {
        nodeCount = [3, 3, 5][Int(choices.below(3))]
        network.heavyBytes = [80, 200][Int(choices.below(2))]
        network.heavyDelay = replica.electionTimeout * (2 + choices.below(3))
        let enough = network.heavyDelay * 24
        clients.patience = max(clients.patience, enough)
        replica.proposalTimeout = max(replica.proposalTimeout, enough)
        replica.readTimeout = max(replica.readTimeout, enough)
        replica.slowBytesPerSecond = [2_000, 20_000, 16 << 20][Int(choices.below(3))]
        // Little at once would take for ever.
        let standard = Replica.Settings()
        replica.maximumInFlight = standard.maximumInFlight
        replica.maximumBatchBytes = standard.maximumBatchBytes
        replica.maximumUnsyncedBytes = standard.maximumUnsyncedBytes
        replica.maximumOpenBytes = standard.maximumOpenBytes
        replica.maximumResendBytes = standard.maximumResendBytes
    }

    private mutating func makeRestless(_ choices: inout Choices) {
        nodeCount = [3, 3, 5, 5][Int(choices.below(4))]
        hasten()
        faults.handOver = heartbeat * (3 + choices.below(20))
        faults.connectionReset = heartbeat * (3 + choices.below(20))
        faults.slowLink = heartbeat * (3 + choices.below(20))
        faults.slowLinkDelay = heartbeat * (1 + choices.below(8))
        faults.crash = .zero
        network.slowKinds = UInt32(truncatingIfNeeded: choices.next())
        network.slowKindPercent = 20 + choices.below(70)
        network.slowKindDelay = heartbeat * (1 + choices.below(8))
        clients.leaderPercent = [30, 90][Int(choices.below(2))]
    }

    /// Nobody hears that the leader asks another, so it is the first to notice that nobody is happy with it.
    private mutating func makeSelfSucceeding(_ choices: inout Choices) {
        nodeCount = [5, 7][Int(choices.below(2))]
        hasten()
        calmDown()
        faults.handOver = heartbeat * (3 + choices.below(4))
        network.unluckyKinds = Message.kinds(.handOver)
        network.unluckyLossPercent = 95
        network.slowKinds = Message.kinds(.accept, .accepted)
        network.slowKindPercent = 40 + choices.below(40)
        network.slowKindDelay = heartbeat * (2 + choices.below(5))
        replica.electionTimeout = heartbeat * 4
        replica.maximumInFlight = 16_384
    }

    /// What the successor says reaches the former leader late, and so does what others say of the successor.
    private mutating func makeDeaf(_ choices: inout Choices) {
        nodeCount = 3
        hasten()
        calmDown()
        faults.handOver = heartbeat * (4 + choices.below(6))
        faults.handOverDeafens = true
        faults.slowLinkDelay = heartbeat * (2 + choices.below(5))
        network.slowKinds = Message.kinds(.heartbeatReply, .refused)
        network.slowKindPercent = 50 + choices.below(50)
        network.slowKindDelay = heartbeat * (1 + choices.below(3))
        replica.electionTimeout = heartbeat * 5
        clients.leaderPercent = 0
        clients.thinkTime = heartbeat / 8
    }

    /// For as long as it takes to elect another leader and then some.
    private mutating func makeBridged(_ choices: inout Choices) {
        nodeCount = [5, 7, 7, 7, 7][Int(choices.below(5))]
        hasten()
        calmDown()
        // What is looked for here comes about once in a few hundred partitions.
        safetyEvents = 18_000
        replica.electionTimeout = heartbeat * 5
        let timeout = replica.electionTimeout.nanoseconds
        faults.bridgedPartition = TimeSpan(nanoseconds: timeout * (3 + choices.below(6)))
        faults.partitionTime = TimeSpan(nanoseconds: timeout * (1 + choices.below(2)))
        faults.slowLinkDelay = TimeSpan(nanoseconds: timeout / 2 + choices.below(2 * timeout))
        clients.leaderPercent = 50
        guard choices.chance(3, in: 4) else { return }
        network.unluckyKinds = Message.kinds(.prepare, .accept)
        network.unluckyLossPercent = 30 + choices.below(50)
    }

    /// Network, disks and clients are fast in relation to the heartbeats, so that much can happen between two of them.
    private mutating func hasten() {
        network.delay = min(network.delay, heartbeat / 16)
        network.jitter = min(network.jitter, heartbeat / 8)
        network.lossPerMille = min(network.lossPerMille, 10)
        disk.delay = min(disk.delay, heartbeat / 16)
        disk.jitter = min(disk.jitter, heartbeat / 8)
        replica.resendInterval = heartbeat
        clients.thinkTime = min(clients.thinkTime, heartbeat / 4)
    }

    /// The other faults that change leaders stay away.
    private mutating func calmDown() {
        faults.crash = .zero
        faults.pause = .zero
        faults.fullPartition = .zero
        faults.oneWayPartition = .zero
        faults.partialPartition = .zero
        faults.bridgedPartition = .zero
        faults.connectionReset = .zero
        faults.slowLink = .zero
        faults.diskFull = .zero
    }
}

import DecreeNode
import PaxosBase
import PaxosLog

extension RunPlan {
    /// Draws a run.
    /// - Parameter temper: Nil to draw that too.
    static func draw(_ choices: inout Choices, temper: Temper? = nil) -> RunPlan {
        var plan = RunPlan()
        let drawn = Temper(rawValue: UInt8(choices.below(8))) ?? .plain
        let kind = temper ?? drawn
        plan.nodeCount = [3, 3, 3, 3, 5, 5, 5, 7, 1, 3][Int(choices.below(10))]
        plan.network = .draw(&choices)
        plan.disk = .draw(&choices)
        plan.faults = .draw(&choices)
        plan.clients = .draw(&choices)
        plan.replica = Replica.Settings.draw(&choices)
        plan.gatherPercent = [0, 0, 30, 80][Int(choices.below(4))]
        plan.gatherTime = .microseconds(1 + choices.below(500))
        plan.appliesSingly = choices.chance(1, in: 2)
        plan.limits.snapshots.minimumJournalBytes = [1_000, 4_000, 20_000, 100_000][Int(choices.below(4))]
        plan.healsQuorumOnly = choices.chance(1, in: 3)
        plan.take(kind, &choices)
        plan.drawNodes(&choices)
        if kind == .crashing { plan.faults.damagePercent = 60 }
        // What is rare in one log is rarer in each of several.
        if temper != nil { plan.groupCount = 1 }
        return plan
    }

    /// What concerns subscribers: drawn behind all else, from choices of their own.
    mutating func drawSubscribers(_ choices: inout Choices) {
        subscribers.subscribePercent = [0, 50, 90][Int(choices.below(3))]
        subscribers.togglePercent = [0, 2, 20][Int(choices.below(3))]
        subscribers.drainPercent = [100, 100, 40, 4][Int(choices.below(4))]
        limits.maximumPushes = [1, 4, 40, 100_000][Int(choices.below(4))]
        limits.maximumPushBytes = [60, 400, 64 << 20, 64 << 20][Int(choices.below(4))]
    }

    /// What concerns pages that outlive a process, and how far logs reach: drawn behind all else, from choices of their own.
    mutating func drawPages(_ choices: inout Choices) {
        faults.killPercent = [0, 0, 50, 90][Int(choices.below(4))]
        faults.openingPercent = [0, 10, 40][Int(choices.below(3))]
        disk.syncFailurePerMille = [0, 0, 0, 5][Int(choices.below(4))]
        // A leader has to be heard as far as it may propose.
        if choices.chance(1, in: 2) { replica.maximumReach = max(40, replica.maximumInFlight * 2) }
    }

    /// What concerns the nodes above their logs.
    private mutating func drawNodes(_ choices: inout Choices) {
        groupCount = [1, 1, 1, 1, 1, 1, 2, 3][Int(choices.below(8))]
        stepsPerTurn = [1, 2, 8][Int(choices.below(3))]
        startSpread = [.zero, .milliseconds(5), .milliseconds(300)][Int(choices.below(3))]
        identitySlowness = [1, 4, 40][Int(choices.below(3))]
        redial = replica.heartbeatInterval * (1 + choices.below(3))
        limits.maximumHeld = [1, 4, 20_000][Int(choices.below(3))]
        limits.holdTimeout = .milliseconds(20 + choices.below(500))
        limits.maximumWaitingQueries = [1, 4, 100_000][Int(choices.below(3))]
        limits.maximumCursors = [1, 3, 1_024][Int(choices.below(3))]
        limits.queryTimeout = .milliseconds([1, 200, 10_000][Int(choices.below(3))])
        limits.handOverPatience = .milliseconds(1 + choices.below(300))
        limits.snapshots.retryDelay = .milliseconds(1 + choices.below(300))
        limits.snapshots.reservedDiskBytes = 1
        limits.snapshots.measuringInterval = .milliseconds(1 + choices.below(20))
        guard faults.crash > .zero else { return }
        faults.stop = choices.chance(1, in: 3) ? .milliseconds(300 + choices.below(3_000)) : .zero
        faults.wipePercent = [0, 0, 0, 30][Int(choices.below(4))]
        faults.damagePercent = [0, 0, 30, 60][Int(choices.below(4))]
        faults.journalDamagePercent = [0, 0, 20, 50][Int(choices.below(4))]
    }
}

extension NetworkPlan {
    static func draw(_ choices: inout Choices) -> NetworkPlan {
        var plan = NetworkPlan()
        plan.delay = .microseconds(20 + choices.below(1_000))
        plan.jitter = .microseconds([50, 500, 3_000, 20_000][Int(choices.below(4))])
        plan.lossPerMille = [0, 0, 10, 50, 150][Int(choices.below(5))]
        plan.duplicatePerMille = [0, 20, 100, 200][Int(choices.below(4))]
        plan.longDelayPerMille = [0, 5, 20, 50][Int(choices.below(4))]
        plan.longDelay = .milliseconds(20 + choices.below(800))
        plan.corruptPerMille = [0, 0, 2, 20][Int(choices.below(4))]
        guard choices.chance(1, in: 2) else { return plan }
        plan.unluckyKinds = UInt32(truncatingIfNeeded: choices.next() & choices.next())
        plan.unluckyLossPercent = 20 + choices.below(70)
        return plan
    }
}

extension DiskPlan {
    static func draw(_ choices: inout Choices) -> DiskPlan {
        var plan = DiskPlan()
        plan.delay = .microseconds([5, 100, 500, 2_000, 10_000][Int(choices.below(5))])
        plan.jitter = .microseconds([5, 500, 5_000, 30_000][Int(choices.below(4))])
        plan.stallPerMille = [0, 0, 5, 20][Int(choices.below(4))]
        plan.stall = .milliseconds(20 + choices.below(600))
        plan.segmentBytes = [16, 32, 64, 256][Int(choices.below(4))] * 1024
        return plan
    }
}

extension FaultPlan {
    static func draw(_ choices: inout Choices) -> FaultPlan {
        func interval(_ choices: inout Choices) -> TimeSpan {
            choices.chance(1, in: 2) ? .zero : .milliseconds(100 + choices.below(2_000))
        }
        var plan = FaultPlan()
        plan.crash = interval(&choices)
        plan.downTime = .milliseconds(1 + choices.below(400))
        plan.crashAllPercent = choices.chance(1, in: 3) ? 20 : 0
        plan.fullPartition = interval(&choices)
        plan.oneWayPartition = interval(&choices)
        plan.partialPartition = interval(&choices)
        plan.bridgedPartition = interval(&choices)
        plan.slowLink = interval(&choices)
        plan.slowLinkDelay = .milliseconds(5 + choices.below(500))
        plan.partitionTime = .milliseconds(20 + choices.below(1_000))
        plan.pause = interval(&choices)
        plan.pauseTime = .milliseconds(10 + choices.below(500))
        plan.diskFull = interval(&choices)
        plan.diskFullTime = .milliseconds(10 + choices.below(300))
        plan.connectionReset = interval(&choices)
        plan.handOver = interval(&choices)
        plan.driftPerMillion = choices.chance(1, in: 2) ? 0 : 50_000
        return plan
    }
}

extension ClientPlan {
    static func draw(_ choices: inout Choices) -> ClientPlan {
        var plan = ClientPlan()
        plan.thinkTime = .microseconds([10, 1_000, 10_000][Int(choices.below(3))])
        plan.patience = .milliseconds([50, 300, 2_000][Int(choices.below(3))])
        plan.leaderPercent = [0, 30, 90][Int(choices.below(3))]
        return plan
    }
}

extension Replica.Settings {
    static func draw(_ choices: inout Choices) -> Replica.Settings {
        var settings = Replica.Settings()
        let heartbeat = TimeSpan.milliseconds([5, 20, 60][Int(choices.below(3))])
        settings.heartbeatInterval = heartbeat
        settings.electionTimeout = heartbeat * (2 + choices.below(4))
        settings.proposalTimeout = .milliseconds(100 + choices.below(3_000))
        settings.readTimeout = .milliseconds(100 + choices.below(2_000))
        settings.journalStallLimit = heartbeat * (3 + choices.below(10))
        settings.resendInterval = heartbeat * (1 + choices.below(6))
        settings.progressLimit = max(settings.journalStallLimit * 2, settings.resendInterval * 4)
        settings.maximumInFlight = [3, 20, 16_384][Int(choices.below(3))]
        settings.maximumAppliesPerStep = [1, 5, 4_096][Int(choices.below(3))]
        settings.maximumResidentBytes = [0, 4_096, 32 << 20][Int(choices.below(3))]
        settings.maximumPending = [4, 64, 4_096][Int(choices.below(3))]
        settings.maximumBatchBytes = [200, 4_096, 1 << 20][Int(choices.below(3))]
        settings.maximumUnsyncedBytes = [300, 4_096, 64 << 20][Int(choices.below(3))]
        settings.maximumOpenBytes = [1_000, 32 << 10, 256 << 20][Int(choices.below(3))]
        settings.maximumPendingBytes = [400, 8_192, 256 << 20][Int(choices.below(3))]
        settings.maximumResendBytes = [100, 4_096, 8 << 20][Int(choices.below(3))]
        // What acceptors had no room for comes only by being sent again, which has to keep up with what clients want.
        guard settings.maximumUnsyncedBytes < 1 << 20 else { return settings }
        settings.maximumResendBytes = max(settings.maximumResendBytes, 64 << 10)
        return settings
    }
}

import DecreeJournal
import DecreeNode
import Logging
import PaxosBase
import PaxosLog

/// What one call of the state machine needs; kept between turns for its memory.
struct Applying<Machine: StateMachine & SendableMetatype> {
    var chosen: [ChosenCommand] = []
    var waiters: [CommandWaiter] = []
    var outputs: [Machine.Output] = []
    var commandsOfTurn = 0
}

// What the replica wants done, carried out once at the end of a turn. The switches have no default: a new effect does
// not compile until it is handled.
extension ReplicaLoop {
    func carryOutEffects() {
        applying.commandsOfTurn = 0
        guard !effects.isEmpty else { return }
        // Taken out first: a connection that breaks while it is written to makes new effects, for the next turn.
        var current = spareEffects
        spareEffects = Effects()
        swap(&current, &effects)
        if !current.records.isEmpty {
            // First of all: the disk works while the rest is done.
            journal.append(JournalBatch(group: replica.group, id: current.writeID, records: current.records))
        }
        if !current.sends.isEmpty { transport.send(current.sends) }
        if !current.applies.isEmpty { carryOut(current.applies) }
        for outcome in current.outcomes { carryOut(outcome) }
        for load in current.loads { carryOut(load) }
        // `current.trim` needs nothing: the journal trims once the record of it is durable.
        current.removeAll()
        spareEffects = current
    }

    /// Applies a turn's chosen commands in one call and answers those whose clients wait here.
    private func carryOut(_ applies: [Apply]) {
        applying.chosen.removeAll(keepingCapacity: true)
        applying.waiters.removeAll(keepingCapacity: true)
        applying.outputs.removeAll(keepingCapacity: true)
        for apply in applies {
            switch apply.action {
            case .skip: continue
            case .command(let payload, let token):
                let waiter = token.flatMap { commands.take($0) }
                if let waiter { applying.waiters.append(waiter) }
                applying.chosen.append(
                    ChosenCommand(slot: apply.slot, payload: payload, isAwaited: waiter != nil))
            case .halt(let kind): halt(kind: kind, at: apply.slot)
            }
        }
        guard !applying.chosen.isEmpty else { return }
        applying.commandsOfTurn = applying.chosen.count
        status.counters.commandsApplied &+= UInt64(applying.chosen.count)
        machine.apply(applying.chosen, into: &applying.outputs)
        invariant(
            applying.outputs.count == applying.waiters.count,
            "the machine yields one output for each awaited command: \(applying.outputs.count) for "
                + "\(applying.waiters.count)")
        for index in applying.waiters.indices {
            let waiter = applying.waiters[index]
            complete(port(of: waiter), .output(token: waiter.token, applying.outputs[index]))
        }
        needsMaintenance = true
    }

    private func carryOut(_ outcome: Outcome) {
        switch outcome {
        case .readReady(let token): queries.release(token)
        case .readFailed(let token):
            status.counters.barriersFailed &+= 1
            for query in queries.fail(token) { failQuery(query, .noLeader) }
        case .rejected(let token, let reason): failCommand(token, reason.failure)
        case .unknown(let token): failCommand(token, .unknownOutcome)
        case .leaderChanged(let ballot): noteLeader(ballot)
        }
    }

    private func failCommand(_ number: UInt64, _ failure: RequestFailure) {
        guard let waiter = commands.take(number) else { return }
        failCommand(waiter, failure)
    }

    private func noteLeader(_ ballot: Ballot?) {
        status.counters.leaderChanges &+= 1
        guard let ballot else { return logger.warning("no leader is known") }
        let name = cluster.member(ballot.node)?.name ?? ""
        let metadata: Logger.Metadata = ["ballot": "\(ballot)", "leader": "\(ballot.node)", "name": "\(name)"]
        if ballot.node == replica.node {
            logger.notice("this node leads", metadata: metadata)
        } else {
            logger.notice("follows another leader", metadata: metadata)
        }
    }

    /// Reads entries back for a peer that lags, on a thread that may wait for the disk.
    private func carryOut(_ load: Load) {
        let journal = journal!
        let inbox = inbox
        let group = replica.group
        let limit = settings.replica.maximumBatchBytes
        files.submit { state in
            var entries: [Entry] = []
            if case .active = state {
                do throws(JournalError) {
                    let loaded = try journal.load(group, load.first...load.last, maximumBytes: limit)
                    entries = Self.run(of: loaded, from: load.first)
                } catch {
                    inbox.post(.loadFailed("\(error)", for: load.peer))
                }
            }
            inbox.post(.loaded(first: load.first, entries, for: load.peer))
        }
    }

    /// The entries from `first` on, up to the first gap.
    private static func run(of loaded: [LoadedEntry], from first: Slot) -> [Entry] {
        var entries: [Entry] = []
        for (index, found) in loaded.enumerated() {
            guard found.slot == first.advanced(by: index) else { break }
            entries.append(found.entry)
        }
        return entries
    }

    /// An entry of a kind that this version does not know: applying on would make this node differ from those that do.
    private func halt(kind: UInt8, at slot: Slot) {
        lifecycle.isHalted = true
        logger.critical(
            "the log holds an entry of a kind that this version does not know: upgrade this node to go on",
            metadata: ["slot": "\(slot)", "kind": "\(kind)"])
        for waiter in commands.takeAll() { failCommand(waiter, .halted) }
        for query in queries.takeBarriers() { failQuery(query, .halted) }
    }
}

extension Rejection {
    fileprivate var failure: RequestFailure {
        switch self {
        case .overloaded: .overloaded
        case .journalFull: .journalFull
        }
    }
}

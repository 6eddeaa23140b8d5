import DecreeJournal
import DecreeNode
import PaxosBase
import PaxosLog

// What the core wants done, carried out in the order in which it stands there.
extension ReplicaLoop {
    func carryOutEffects() {
        // Taken out first: a connection that breaks while it is written to makes new effects, for the next turn.
        var current = spareEffects
        spareEffects = NodeEffects()
        swap(&current, &effects)
        for batch in current.batches { journal.append(batch) }
        if !current.sends.isEmpty { transport.send(current.sends) }
        for load in current.loads { carryOut(load) }
        if current.measuresJournal { measure() }
        for effect in current.snapshots { carryOut(effect) }
        for notice in current.notices { log(notice) }
        if let identity = current.identity { record(identity) }
        if let fault = current.fault {
            logger.critical("\(fault)")
            settings.onFault(fault)
        }
        current.removeAll()
        spareEffects = current
    }

    /// Reads entries back for a peer that lags, on a thread that may wait for the disk.
    private func carryOut(_ wanted: GroupLoad) {
        let (group, load) = (wanted.group, wanted.load)
        let journal = journal!
        let inbox = inbox
        let limit = settings.replica.maximumBatchBytes
        files.submit { state in
            var entries: [Entry] = []
            if case .active = state {
                do throws(JournalError) {
                    entries = try journal.load(group, load.first...load.last, maximumBytes: limit)
                } catch {
                    inbox.post(.loadFailed("\(error)", for: load.peer))
                }
            }
            inbox.post(NodeEvent.loaded(group, first: load.first, entries, for: load.peer))
        }
    }

    /// Makes the node's identity durable before anything else happens on the loop: that is rare, and short.
    private func record(_ identity: NodeIdentity) {
        do throws(NodeError) {
            try directory.record(identity)
            step(.identityRecorded(identity))
        } catch {
            step(.identityNotRecorded(reason: error.description))
        }
        inbox.askForTurn()
        // What follows from it does not wait for the turn: a lone node would answer nothing until then.
        if effects.identity != nil || effects.fault != nil { carryOutEffects() }
    }

    // MARK: Snapshots

    private func carryOut(_ effect: SnapshotEffect) {
        switch effect {
        case .begin(let group, let metadata, let digest): beginFile(group, metadata, digest)
        case .append(_, let block): snapshotFile?.append(block)
        case .finish: snapshotFile?.finish()
        case .abandon:
            snapshotFile?.abandon()
            snapshotFile = nil
        }
    }

    private func beginFile(_ group: GroupID, _ metadata: SnapshotMetadata, _ digest: StateDigest) {
        let header = SnapshotHeader(clusterID: cluster.clusterID, group: group, metadata: metadata, digest: digest)
        let inbox = inbox
        snapshotFile = SnapshotWriter(
            directory: SnapshotDirectory(path: directory.snapshotsPath), header: header,
            kept: settings.limits.snapshots.kept, pool: files,
            wrote: { inbox.post(NodeEvent.snapshotBlocksWritten(group, $0)) },
            ended: { inbox.post(.snapshotFileEnded($0)) })
    }

    func snapshotFileEnded(_ result: Result<WrittenFile, SnapshotFailure>) {
        guard snapshotFile != nil else { return }
        snapshotFile = nil
        if case .success(let written) = result, let failure = written.pruneFailure {
            logger.warning("older snapshots could not be removed: \(failure.reason)")
        }
        step(
            .snapshotEnded(
                Recovery<Machine>.group, result.map { WrittenSnapshot(slot: $0.slot, byteCount: $0.byteCount) }))
    }

    // MARK: The end

    /// The core has ended: connections and files are closed.
    func end() {
        group.end(core: &core)
        carryOutEffects()
        deliver()
        publish()
        let ended = ended
        let journal = journal!
        transport.close().assumeIsolated().whenComplete { [self] _ in
            finishLate(inbox.close())
            files.submit { _ in
                journal.close()
                ended.succeed()
            }
        }
    }

    /// Requests and subscriptions that came when the node had ended.
    func finishLate(_ input: Inbox<Machine>.Contents) {
        for notice in input.notices {
            switch notice {
            case .subscribe, .unsubscribe, .closePort: hear(notice)
            default: break
            }
        }
        for (port, requests) in input.requests {
            guard let batch = batch(of: requests, from: port) else { continue }
            group.refuse(batch, .stopped, core: &core)
        }
        deliver()
    }
}

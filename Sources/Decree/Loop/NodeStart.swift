import DecreeJournal
import DecreeNode
import Logging
import NIOCore
import NIOPosix
import PaxosBase
import PaxosLog

/// The steps from settings to a running node.
struct NodeStart<Machine: StateMachine & SendableMetatype>: Sendable {
    /// As they were given, and once the directory is open, as it records them.
    var node: NodeID
    var cluster: ClusterDescription
    let path: String
    var settings: NodeSettings
    var logger: Logger
    let software: String
    let onTurn: (@Sendable (inout Machine, inout Turn) -> Void)?
    let makeMachine: @Sendable () -> Machine

    func run(on eventLoop: (any EventLoop)?) async throws(NodeError) -> Node<Machine> {
        FileSystem.raiseDescriptorLimit()
        let files = NIOThreadPool(numberOfThreads: 2)
        files.start()
        let group = eventLoop == nil ? MultiThreadedEventLoopGroup(numberOfThreads: 1) : nil
        do {
            return try await open(on: eventLoop ?? group!.next(), group: group, files: files)
        } catch {
            try? await files.shutdownGracefully()
            try? await group?.shutdownGracefully()
            throw Self.nodeError(error, path: path)
        }
    }

    private static func nodeError(_ error: any Error, path: String) -> NodeError {
        switch error {
        case let error as NodeError: error
        case let error as FileError: error.nodeError
        case let error as JournalError: NodeError(error, journal: "\(path)/journal")
        default: .fileSystem(path: path, operation: "open", reason: "\(error)")
        }
    }

    private func open(
        on loop: any EventLoop, group: MultiThreadedEventLoopGroup?, files: NIOThreadPool
    ) async throws -> Node<Machine> {
        let (directory, identity) = try await files.runIfActive {
            try DataDirectory.open(path: path, node: node, cluster: cluster, mayBegin: settings.mayBegin)
        }
        do {
            var start = self
            let resolved = try start.resolve(identity)
            try start.fitVolume()
            return try await start.open(on: loop, group: group, files: files, directory, identity, resolved)
        } catch {
            directory.unlock()
            throw error
        }
    }

    /// Goes on as who the directory says, where it records something else than the node was started with.
    /// - Returns: The identity with what is to be recorded now.
    private mutating func resolve(_ identity: Identity) throws(NodeError) -> Identity {
        let resolved: Identity.Resolution
        do throws(IdentityFinding) {
            resolved = try identity.resolve(node: node, cluster: cluster, recordedPrevails: settings.recordedPrevails)
        } catch {
            throw NodeError(error, directory: path)
        }
        node = identity.node
        cluster = resolved.cluster
        logger[metadataKey: "node"] = "\(node)"
        for warning in resolved.warnings { logger.warning("\(warning)") }
        return resolved.identity
    }

    /// Takes less where the volume is small.
    private mutating func fitVolume() throws(NodeError) {
        let shares = VolumeShares(volumeBytes: FileSystem.volumeBytes(path))
        if shares.isTooSmall, let byteCount = shares.volumeBytes {
            throw .volumeTooSmall(directory: path, byteCount: byteCount, minimum: VolumeShares.minimumVolumeBytes)
        }
        let given = settings.journalSegmentBytes
        shares.fit(&settings)
        guard let given, let taken = settings.journalSegmentBytes, taken < given else { return }
        logger.warning(
            "journal segments are smaller than asked for, since the volume is small",
            metadata: ["asked MiB": "\(given >> 20)", "MiB": "\(taken >> 20)"])
    }

    private func open(
        on loop: any EventLoop, group: MultiThreadedEventLoopGroup?, files: NIOThreadPool,
        _ directory: DataDirectory, _ identity: Identity, _ resolved: Identity
    ) async throws -> Node<Machine> {
        let began = MonotonicClock.now()
        let recovery = Recovery(
            loop: loop, files: files, directory: directory, identity: identity, cluster: cluster,
            settings: settings, logger: logger, makeMachine: makeMachine)
        let inbox = Inbox<Machine>(loop: loop)
        async let opening = files.runIfActive { try recovery.openJournal(inbox: inbox) }
        let restored: Recovery<Machine>.Restored
        do { restored = try await recovery.restoreSnapshot() } catch {
            try? await opening.journal.close()
            throw error
        }
        let restoredAt = MonotonicClock.now()
        let opened = try await opening
        do {
            try recovery.check(restored, opened)
            try recovery.removeUnfinished()
            recovery.setAside(restored.plan.damaged)
            // On a full disk it is left for a later start.
            let isRecorded = try await files.runIfActive { identity == resolved || directory.isRecorded(resolved) }
            let identity = isRecorded ? resolved : identity
            let resources = NodeResources(group: group, files: files, directory: directory)
            report(restored, opened, restoring: restoredAt.since(began), all: MonotonicClock.now().since(began))
            return try await assemble(
                loop: loop, files: files, inbox: inbox, identity: identity, directory: directory,
                restored: restored, opened: opened, resources: resources)
        } catch {
            opened.journal.close()
            throw error
        }
    }

    private func assemble(
        loop: any EventLoop, files: NIOThreadPool, inbox: Inbox<Machine>, identity: Identity,
        directory: DataDirectory, restored: Recovery<Machine>.Restored, opened: Recovery<Machine>.OpenedJournal,
        resources: NodeResources
    ) async throws -> Node<Machine> {
        let (replicaLoop, transport) = try await loop.submit {
            let greeting = Greeting(
                identity: identity, members: cluster.memberList, software: software,
                incarnation: opened.durable.incarnation.next)
            let start = GroupStart(
                number: Recovery<Machine>.group, durable: opened.durable, snapshot: restored.plan.snapshot,
                seed: UInt64.random(in: 0...UInt64.max))
            let core = NodeCore(
                greeting: greeting, groups: [start], replica: settings.replica, limits: settings.nodeLimits,
                at: MonotonicClock.now())
            let replicaLoop = ReplicaLoop(
                loop: loop, inbox: inbox, settings: settings, cluster: cluster, directory: directory, logger: logger,
                files: files, core: core, machine: restored.box.take(), onTurn: onTurn)
            let transport = PeerTransport(
                loop: loop, cluster: cluster, node: node, settings: settings, logger: logger, delegate: replicaLoop)
            replicaLoop.journal = opened.journal
            replicaLoop.transport = transport
            return (replicaLoop, transport)
        }.get()
        // A node that stands alone awaits peers only where it was told to.
        let own = cluster.members.count > 1 ? cluster.member(node)?.addresses ?? [] : []
        let listened = settings.listen.isEmpty ? own : settings.listen
        if !listened.isEmpty {
            do throws(NodeError) {
                try await transport.listen(at: listened)
            } catch {
                try? await loop.flatSubmit { transport.close() }.get()
                replicaLoop.ended.succeed()
                throw error
            }
        }
        warnOfTrust(listened)
        let addresses = try await loop.submit {
            replicaLoop.open()
            return transport.localAddresses
        }.get()
        inbox.attach { replicaLoop.turn() }
        return Node(
            node: node, replicaLoop: replicaLoop, transport: transport, journal: opened.journal, resources: resources,
            peerAddresses: addresses)
    }

    /// Peers without TLS are believed: whoever reaches the port can pose as a member.
    private func warnOfTrust(_ listened: [PeerAddress]) {
        let open = listened.filter { !$0.isLoopback }
        guard !open.isEmpty, settings.peerSecurity == nil, cluster.members.count > 1 else { return }
        logger.warning(
            """
            peers are neither authenticated nor encrypted: whoever reaches this port can pose as a member, and read and \
            change everything; let nobody but the members reach it
            """,
            metadata: ["listening for peers on": "\(open.map(\.description).joined(separator: ", "))"])
    }

    /// One line about what was found and how long it took.
    private func report(
        _ restored: Recovery<Machine>.Restored, _ opened: Recovery<Machine>.OpenedJournal, restoring: TimeSpan,
        all: TimeSpan
    ) {
        var metadata: Logger.Metadata = [
            "took": "\(all.forPeople)", "journal MiB": "\(opened.summary.byteCount >> 20)",
            "records": "\(opened.summary.records)", "chosen": "\(opened.durable.watermark)",
        ]
        if let snapshot = restored.plan.snapshot {
            metadata["snapshot"] = "\(snapshot.metadata.applied)"
            metadata["snapshot took"] = "\(restoring.forPeople)"
        }
        if let endedCleanly = opened.endedCleanly { metadata["ended cleanly"] = "\(endedCleanly)" }
        if let torn = opened.tornTail { metadata["torn tail cut"] = "\(torn)" }
        logger.notice("recovered", metadata: metadata)
    }
}

import DecreeNode
import Logging
import PaxosBase
import PaxosLog

// The core's notices in words, for the operator's log.
extension ReplicaLoop {
    func log(_ notice: NodeNotice) {
        switch notice {
        case .awaitingMembers: logger.notice("waiting until every member of the new cluster has answered once")
        case .formed(let members):
            logger.notice("the cluster is formed", metadata: ["members": "\(members)"])
        case .leaderChanged(_, let ballot): logLeader(ballot)
        case .journalFull(let isFull): logJournal(isFull: isFull)
        case .halted(_, let slot, let kind):
            logger.critical(
                "the log holds an entry of a kind that this version does not know: upgrade this node to go on",
                metadata: ["slot": "\(slot)", "kind": "\(kind)"])
        case .snapshotBegan(_, let slot): logger.info("snapshot begins", metadata: ["slot": "\(slot)"])
        case .snapshotWritten(_, let written, let duration):
            logger.info(
                "snapshot written",
                metadata: [
                    "slot": "\(written.slot)", "MiB": "\(written.byteCount >> 20)", "took": "\(duration.forPeople)",
                ])
        case .snapshotFailed(_, let reason, let delay):
            logger.error(
                "no snapshot could be written, the journal keeps growing: \(reason)",
                metadata: ["next try in": "\(delay.forPeople)"])
        case .stopping(let isGraceful): logger.notice("stopping", metadata: ["graceful": "\(isGraceful)"])
        }
    }

    private func logLeader(_ ballot: Ballot?) {
        guard let ballot else { return logger.warning("no leader is known") }
        let name = cluster.member(ballot.node)?.name ?? ""
        let metadata: Logger.Metadata = ["ballot": "\(ballot)", "leader": "\(ballot.node)", "name": "\(name)"]
        if ballot.node == core.node {
            logger.notice("this node leads", metadata: metadata)
        } else {
            logger.notice("follows another leader", metadata: metadata)
        }
    }

    private func logJournal(isFull: Bool) {
        let metadata: Logger.Metadata = [
            "free MiB": "\(journal.statistics.freeBytes >> 20)",
            "needed MiB": "\(settings.journalOptions.neededSpace >> 20)",
        ]
        if isFull {
            logger.error(
                "the disk is full: writes are refused until there is space (free some, or raise the quota)",
                metadata: metadata)
        } else {
            logger.notice("the disk has space again: writes are accepted", metadata: metadata)
        }
    }
}

import DecreeEtcd
import DecreeNode
import DecreeStore

// Answers of Cluster and Maintenance that join what the store holds with how the node stands.
extension ClientServices {
    mutating func describe(_ answer: StoreAnswer, _ call: CallToken, into sink: inout some CallSink) {
        switch (calls[call], answer.outcome) {
        case (.memberList, .members(let published)):
            self.answer(call, Reply(members: MemberDirectory.describe(member.members, published), fields), into: &sink)
        case (.status, .status(let store)): self.answer(call, Reply(memberStatus(store), fields), into: &sink)
        case (.alarmList, .status):
            self.answer(call, Reply(alarms: [], revision: answer.revision, fields), into: &sink)
        default: strayed(call, into: &sink)
        }
    }

    private func memberStatus(_ store: StoreStatus) -> MemberStatus {
        MemberStatus(
            revision: store.currentRevision, leader: node.leader?.node.rawValue ?? 0,
            chosenSlot: node.watermark.rawValue,
            appliedSlot: node.applied.rawValue, storeBytes: store.bytesReserved, storeBytesInUse: store.bytesInUse,
            quotaBytes: settings.quotaBytes)
    }
}

/// The list of members as clients see it.
enum MemberDirectory {
    /// - Parameters:
    ///   - members: Who belongs to the cluster.
    ///   - published: What the members said of themselves; one that was never up said nothing and has no name yet.
    static func describe(_ members: [Member], _ published: [MemberAttributes]) -> [MemberDescription] {
        members.map { member in
            let attributes = published.first { $0.memberID == member.node.rawValue }
            return MemberDescription(
                memberID: member.node.rawValue, name: attributes?.name ?? "",
                peerURLs: member.addresses.map { "http://\($0)" }, clientURLs: attributes?.clientURLs ?? [])
        }
    }
}

import Decree
import DecreeEtcd
import DecreeStore

/// The list of members as clients see it.
enum MemberDirectory {
    /// - Parameters:
    ///   - status: Of the node: who belongs to the cluster.
    ///   - published: What the members said of themselves; one that was never up said nothing and has no name yet.
    static func describe(_ status: NodeStatus, _ published: [MemberAttributes]) -> [MemberDescription] {
        status.members.map { member in
            let attributes = published.first { $0.memberID == member.node.rawValue }
            return MemberDescription(
                memberID: member.node.rawValue, name: attributes?.name ?? "",
                peerURLs: member.addresses.map { "http://\($0)" }, clientURLs: attributes?.clientURLs ?? [])
        }
    }
}

import ArgumentParser
import DecreeEtcd

struct MembersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "List the members of the cluster.")

    @OptionGroup var connection: ConnectionOptions

    @Flag(help: "Let the server answer from what it has, which may be old.")
    var serializable = false

    func run() async throws {
        let request = EtcdMemberListRequest.with { $0.linearizable = !serializable }
        let response: EtcdMemberListResponse = try await connection.call(.memberList, request, isRead: true)
        if connection.json { return try Output.json(response) }
        Output.write(Self.table(response))
    }

    static func table(_ response: EtcdMemberListResponse) -> String {
        var table = Table(["ID", "STATE", "NAME", "PEERS AT", "CLIENTS AT", "LEARNER"])
        for member in response.members {
            table.add([
                String(member.id, radix: 16), member.name.isEmpty ? "unstarted" : "started", member.name,
                member.peerUrls.joined(separator: ","), member.clientUrls.joined(separator: ","),
                member.isLearner ? "yes" : "no",
            ])
        }
        return table.text
    }
}

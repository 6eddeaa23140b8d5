import ArgumentParser
import DecreeEtcd

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Ask every endpoint how it is.",
        discussion: """
            One row for each endpoint of --endpoints; exits with 1 if one of them does not answer. Example:
              decree status --endpoints 10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379
            """)

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        var table = Table([
            "ENDPOINT", "ID", "VERSION", "SIZE", "LEADER", "TERM", "REVISION", "SLOT", "APPLIED", "ERRORS",
        ])
        var failure: ClientFailure?
        for endpoint in try connection.resolvedEndpoints() {
            do throws(EndpointFailure) {
                let status: EtcdStatusResponse = try await connection.call(.status, EtcdStatusRequest(), at: endpoint)
                if connection.json { try json(status) } else { table.add(Self.row(endpoint, status)) }
            } catch {
                failure = error.failure
                table.add([endpoint.description] + Array(repeating: "-", count: 8) + [error.failure.description])
            }
        }
        if !connection.json { Output.write(table.text) }
        if let failure { throw failure }
    }

    private func json(_ status: EtcdStatusResponse) throws(EndpointFailure) {
        do throws(ClientFailure) {
            try Output.json(status)
        } catch {
            throw EndpointFailure(unreadable: error.description)
        }
    }

    static func row(_ endpoint: Endpoint, _ status: EtcdStatusResponse) -> [String] {
        [
            endpoint.description, String(status.header.memberID, radix: 16), status.version,
            Printable.size(status.dbSize), leader(status), "\(status.raftTerm)", "\(status.header.revision)",
            "\(status.raftIndex)", "\(status.raftAppliedIndex)",
            status.errors.map { $0.trimmed }.joined(separator: ", "),
        ]
    }

    private static func leader(_ status: EtcdStatusResponse) -> String {
        if status.leader == 0 { return "none" }
        return status.leader == status.header.memberID ? "this one" : String(status.leader, radix: 16)
    }
}

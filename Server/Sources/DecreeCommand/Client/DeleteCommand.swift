import ArgumentParser
import DecreeEtcd
import Foundation

struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "del", abstract: "Delete a key, or a range of keys.",
        discussion: """
            Prints how many keys were deleted. Examples:
              decree del greeting
              decree del users/ --prefix
            """)

    @OptionGroup var keys: KeyArguments
    @OptionGroup var connection: ConnectionOptions

    @Flag(help: "Print what was deleted.")
    var prevKv = false

    var request: EtcdDeleteRangeRequest {
        .with {
            ($0.key, $0.rangeEnd) = keys.range
            $0.prevKv = prevKv
        }
    }

    func run() async throws {
        let response: EtcdDeleteRangeResponse = try await connection.call(.deleteRange, request, isRead: false)
        if connection.json { return try Output.json(response) }
        Output.write("\(response.deleted)\n")
        if !response.prevKvs.isEmpty { Output.write(Output.table(response.prevKvs)) }
    }
}

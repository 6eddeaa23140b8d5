import ArgumentParser
import DecreeEtcd

struct CompactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact", abstract: "Give up the history below a revision.",
        discussion: """
            What the keys hold now stays. Reads below the revision fail from then on. Example:
              decree compact 1000
            """)

    @Argument(help: "The oldest revision that stays readable.")
    var revision: Int64

    @Flag(help: "Answer only when the history is gone from memory.")
    var physical = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = EtcdCompactionRequest.with {
            $0.revision = revision
            $0.physical = physical
        }
        let response: EtcdCompactionResponse = try await connection.call(.compact, request, isRead: false)
        if connection.json { return try Output.json(response) }
        Output.write("compacted revision \(revision)\n")
    }
}

import ArgumentParser
import DecreeEtcd
import Foundation

struct TxnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "txn", abstract: "Do one of two lists of things, as comparisons decide, all or nothing.",
        discussion: """
            Reads three sections from standard input, with an empty line between them: comparisons, what to do if all of
            them hold, and what to do otherwise. Comparisons are version, create, mod, value or lease of a key against
            =, !=, < or > and an operand; the rest is get, put and del as on the command line. Example:

              decree txn <<END
              create("greeting") = "0"

              put greeting hello

              get greeting
              END

            Prints SUCCESS or FAILURE, which of the two was done, and what it yielded. Exits with 0 either way.
            """)

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        guard let script = String(validating: try StandardInput.readAll(), as: UTF8.self) else {
            throw ClientFailure(
                .usage, "the transaction is not valid UTF-8",
                nextStep: "get, put and del take keys in hexadecimal digits with --hex")
        }
        let request = try TxnScript.parse(script)
        let response: EtcdTxnResponse = try await connection.call(.transaction, request, isRead: false)
        if connection.json { return try Output.json(response) }
        Output.write(Self.text(response))
    }

    static func text(_ response: EtcdTxnResponse) -> String {
        var text = response.succeeded ? "SUCCESS\n" : "FAILURE\n"
        for answer in response.responses {
            switch answer.response {
            case .responseRange(let range):
                text += range.kvs.isEmpty ? "\(range.count) keys\n" : Output.table(range.kvs)
            case .responsePut: text += "OK\n"
            case .responseDeleteRange(let deletion): text += "\(deletion.deleted) deleted\n"
            case .responseTxn(let nested): text += Self.text(nested)
            case nil: break
            }
        }
        return text
    }
}

import ArgumentParser
import DecreeEtcd
import Foundation

struct PutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Set the value of a key.",
        discussion: """
            Examples:
              decree put greeting hello
              decree put photo < photo.jpg
              decree put --hex 00ff0a binary
            """)

    @Argument(help: "The key.")
    var key: String

    @Argument(help: "The value; left out, it is read from standard input.")
    var value: String?

    @OptionGroup var connection: ConnectionOptions

    @Flag(help: "The key is given as hexadecimal digits, two for each byte.")
    var hex = false

    @Option(help: "The lease to attach the key to, in hexadecimal.")
    var lease: String?

    @Flag(help: "Print what the key held before.")
    var prevKv = false

    @Flag(help: "Keep the value that the key has.")
    var ignoreValue = false

    @Flag(help: "Keep the lease that the key has.")
    var ignoreLease = false

    func validate() throws {
        if let lease, Int64(lease, radix: 16) == nil { throw ValidationError("--lease must be a hexadecimal number") }
        try KeyText.validate([key], isHex: hex)
        if ignoreValue && value != nil { throw ValidationError("give either a value or --ignore-value") }
    }

    /// - Parameter input: Reads standard input.
    func request(input: () -> Data) -> EtcdPutRequest {
        .with {
            $0.key = KeyText.bytes(key, isHex: hex)
            if !ignoreValue { $0.value = value.map { Data($0.utf8) } ?? input() }
            $0.lease = lease.flatMap { Int64($0, radix: 16) } ?? 0
            $0.prevKv = prevKv
            $0.ignoreValue = ignoreValue
            $0.ignoreLease = ignoreLease
        }
    }

    func run() async throws {
        let input = value == nil && !ignoreValue ? try StandardInput.readAll() : Data()
        let request = request { input }
        let response: EtcdPutResponse = try await connection.call(.put, request, isRead: false)
        if connection.json { return try Output.json(response) }
        Output.write("OK, revision \(response.header.revision)\n")
        if response.hasPrevKv { Output.write(Output.table([response.prevKv])) }
    }
}

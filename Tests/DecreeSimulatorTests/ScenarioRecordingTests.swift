import DecreePages
import DecreeSimulator
import Foundation
import Testing

@Suite("Scenarios recorded for pages")
struct ScenarioRecordingTests {
    private func record(_ file: String) throws -> (lines: String, run: RecordedRun) {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Scenarios")
        let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
        let (lines, run) = try Scenario.record(text, command: "none")
        #expect(lines == text, "recorded or not, the scenario is the same")
        return (lines, run)
    }

    @Test(
        "Messages arrive behind the step that sent them, and each arrival has its message",
        arguments: ScenarioTests.files)
    func messages(file: String) throws {
        let run = try record(file).run
        for (place, message) in run.messages.enumerated() {
            let sending = try #require(message.sentBy)
            #expect(run.events[sending].node == message.from, "\(file): \(message)")
            guard case .arrived(let event) = message.fate else { continue }
            #expect(run.events[event].message == place && sending < event && run.events[event].node == message.to)
        }
        let arrivals = run.messages.count { if case .arrived = $0.fate { true } else { false } }
        #expect(arrivals == run.events.count { $0.message != nil } && arrivals > 0)
        #expect(run.events.allSatisfy { $0.judgement?.isSafe != false }, "\(file): the log that ships is sound")
        #expect(run.events.allSatisfy { !$0.text.isEmpty })
    }

    @Test("The lost leader: who leads, what is adopted and why it is safe, crashes and orders are told")
    func lostLeader() throws {
        let run = try record("03-a-lost-leader.txt").run
        #expect(run.title.hasPrefix("A leader dies with a command on its way") && !run.title.hasSuffix("."))
        #expect(run.introduction[0].hasPrefix("The command \"x\" has reached n2 only"))
        let words = run.events.map { ([$0.text] + $0.consequences).joined(separator: "; ") }
        for part in ["lose accept n1 -> n3", "propose n1 x", "crashes", "leads in b2.n3", "applies 1=x"] {
            #expect(words.contains { $0.contains(part) }, "\(part) among \(words)")
        }
        let judged = try #require(run.events.first { $0.judgement != nil }?.judgement)
        #expect(judged.isSafe && judged.lines.contains { $0.contains("is chosen: n1 and n2 voted for x") }, "\(judged)")
        let rows = run.events.compactMap(\.voting).flatMap(\.self)
        #expect(rows.contains { $0.ballot == "b2.n3" && $0.state == .chosen && $0.voters == [1, 2] }, "\(rows)")
        let crash = try #require(run.events.first { $0.text.hasPrefix("crashes") })
        #expect(crash.facts?.contains { $0.weight == .down } == true)
    }
}

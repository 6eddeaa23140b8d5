import DecreePages
import Foundation
import Testing

@testable import DecreeSimulator

@Suite("Worlds recorded for pages")
struct WorldRecordingTests {
    typealias Registers = Simulator<RegisterWorkload>

    private func record(_ seed: UInt64, planted: PlantedBug? = nil, limit: Int = .max) -> (RunReport, RecordedRun) {
        let (report, run) = Registers.recordRun(seed: seed, planted: planted, maximumEvents: limit, command: "none")
        return (report, run)
    }

    @Test("A run is the same whether it is recorded or not", arguments: [4, 7] as [UInt64])
    func same(seed: UInt64) {
        #expect(record(seed).0 == Registers.run(seed: seed))
    }

    @Test("Messages arrive once, behind the step that sent them; none arrives that was never sent")
    func messages() throws {
        let (report, run) = record(4)
        #expect(run.events.count > 1_000 && run.messages.count > 1_000)
        for (place, message) in run.messages.enumerated() {
            guard case .arrived(let event) = message.fate else { continue }
            let sending = try #require(message.sentBy)
            #expect(run.events[event].message == place && sending < event)
            #expect(run.events[sending].node == message.from && run.events[event].node == message.to)
        }
        let arrivals = run.messages.count { if case .arrived = $0.fate { true } else { false } }
        #expect(arrivals == run.events.count { $0.message != nil })
        let chosen = run.events.flatMap(\.consequences).last { $0.contains("in all") }
        #expect(chosen?.contains("\(report.chosenSlots) in all") == true)
    }

    @Test("Crashes, starts, leaders and cut links are seen")
    func faults() {
        var names: Set<String> = []
        var words = ""
        for seed in [2, 4] as [UInt64] {
            let run = record(seed).1
            names.formUnion(run.events.map { run.kinds[$0.kind].name })
            words += run.events.prefix(5_000).flatMap(\.consequences).joined(separator: "\n")
        }
        for name in ["crash", "start", "sync", "accept", "accepted", "prepare", "promise", "cut", "request"] {
            #expect(names.contains(name), "\(name) among \(names.sorted())")
        }
        for part in ["leads in b", "has promised b", "follows b"] { #expect(words.contains(part), "\(part)") }
    }

    @Test("Of a long run a part is shown: the beginning, or the end if something was found")
    func part() throws {
        let (_, whole) = record(4)
        let (_, start) = record(4, limit: 500)
        #expect(start.events == Array(whole.events[..<500]))
        let bug = try #require(PlantedBug(named: "quorumOfOne"))
        let seed = try #require(
            (1...200 as ClosedRange<UInt64>).first { Registers.run(seed: $0, planted: bug).violation != nil })
        let (report, all) = record(seed, planted: bug)
        let (_, end) = record(seed, planted: bug, limit: 300)
        #expect(report.violation != nil && all.events.count > 300)
        #expect(end.events.count == 300 && end.events.last?.text == all.events.last?.text)
        #expect(end.verdict?.holds == false && end.origin.contains("left out"))
        for event in end.events { #expect(event.message.map { end.messages.indices.contains($0) } ?? true) }
    }

    @Test("A planted bug and the sound core go the same way up to where they part")
    func pair() throws {
        let bug = try #require(PlantedBug(named: "quorumOfOne"))
        let seed = try #require(
            (1...200 as ClosedRange<UInt64>).first { Registers.run(seed: $0, planted: bug).violation != nil })
        let (broken, sound) = Registers.recordPair(seed: seed, planted: bug, maximumEvents: .max / 2, command: "none")
        let difference = try #require(broken.difference)
        #expect(difference > 0 && sound.difference == difference && broken.verdict?.holds == false)
        #expect(broken.events[..<difference].map(\.text) == sound.events[..<difference].map(\.text))
        #expect(broken.events[difference].text != sound.events[difference].text)
    }

    @Test("Votes are told as disks have them, and where a leader left out a rule it is told that its value is not safe")
    func votes() throws {
        let sound = record(4).1
        let chosen = sound.events.flatMap { $0.voting ?? [] }.filter { $0.state == .chosen }
        #expect(chosen.count > 100 && chosen.allSatisfy { $0.voters.count >= 2 && !$0.slot.isEmpty })
        #expect(sound.events.contains { $0.judgement != nil })
        #expect(sound.events.allSatisfy { $0.judgement?.isSafe != false })
        let bug = try #require(PlantedBug(named: "lowestBallotAdopted"))
        let seed = try #require(
            (1...200 as ClosedRange<UInt64>).first { Registers.run(seed: $0, planted: bug).violation != nil })
        let broken = record(seed, planted: bug).1
        #expect(broken.events.last?.judgement?.isSafe == false, "\(String(describing: broken.events.last))")
    }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("The code and the specification that a page names are there")
    func handlers() throws {
        let specification = try String(
            contentsOf: Self.root.appendingPathComponent("Specs/SlotLog.tla"), encoding: .utf8)
        let actions = record(4).1.kinds.compactMap(\.handler).map(\.action).filter { !$0.isEmpty }
        #expect(actions.count >= 5)
        for action in actions {
            #expect(specification.contains("\n\(action.prefix { $0 != " " })(n) =="), "\(action)")
        }
        for handler in record(4).1.kinds.compactMap(\.handler) {
            let text = try String(contentsOf: Self.root.appendingPathComponent(handler.file), encoding: .utf8)
            let parts = handler.name.split(whereSeparator: { ".(".contains($0) })
            #expect(text.contains("\(parts[0])") && text.contains("func \(parts[1])"), "\(handler)")
        }
    }
}

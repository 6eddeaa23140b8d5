import DecreePages
import Foundation
import Testing

@testable import DecreeLearning

@Suite("Runs recorded for pages")
struct RecordingTests {
    private static let quick = Step.allCases.filter { $0 != .paxos }

    private func recording(_ step: Step) throws -> (recording: RecordedRun, run: Run) {
        let report = step.search()
        return (try #require(report.recording), try #require(report.run))
    }

    @Test("A page tells the same run as the terminal", arguments: quick)
    func same(step: Step) throws {
        let (recording, run) = try recording(step)
        #expect(recording.events.count == run.moments.count)
        #expect(recording.nodes.count == run.nodes)
        for (event, moment) in zip(recording.events, run.moments) {
            switch moment.happening {
            case .wants(let node), .dies(let node), .restarts(let node):
                #expect(event.node == node && event.message == nil)
            case .arrives(let from, let to, let sentAt):
                let message = recording.messages[try #require(event.message)]
                #expect(message.from == from && message.to == to && message.sentBy == sentAt - 1)
                #expect(event.node == to && event.text == moment.text)
            }
            #expect(moment.consequences == event.consequences.map { "node \(event.node) \($0)" })
        }
    }

    @Test("What is said arrives once, is lost, or is under way in the end", arguments: quick)
    func fates(step: Step) throws {
        let (recording, _) = try recording(step)
        for (place, message) in recording.messages.enumerated() {
            guard case .arrived(let event) = message.fate else { continue }
            #expect(recording.events[event].message == place)
            #expect(try #require(message.sentBy) < event)
        }
        let arrivals = recording.events.count { $0.message != nil }
        #expect(recording.messages.count { if case .arrived = $0.fate { true } else { false } } == arrivals)
    }

    @Test("What dies with its receiver is lost")
    func lost() throws {
        let (recording, _) = try recording(.writeToAll)
        #expect(recording.messages.contains { if case .lost = $0.fate { true } else { false } })
        let death = try #require(recording.events.firstIndex { $0.text == "dies" })
        #expect(recording.events[death].facts?.contains { $0.weight == .down } == true)
    }

    @Test("Where the promise is missing a page shows the ballot that is not safe, and the two quorums")
    func votes() throws {
        let (recording, _) = try recording(.askFirst)
        #expect(recording.events.contains { $0.judgement?.isSafe == false })
        let last = try #require(recording.events.last(where: { $0.voting != nil })?.voting)
        #expect(last.count { $0.state == .chosen } == 2)
        #expect(recording.verdict?.holds == false)
        #expect(recording.kinds.contains { $0.handler?.name == "Acceptor.prepare" })
    }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("The code and the specification that a page names are there", arguments: quick)
    func handlers(step: Step) throws {
        let (recording, _) = try recording(step)
        for handler in recording.kinds.compactMap(\.handler) {
            let text = try String(contentsOf: Self.root.appendingPathComponent(handler.file), encoding: .utf8)
            let parts = handler.name.split(separator: ".")
            #expect(text.contains("\(parts[0])") && text.contains("func \(parts[1])("), "\(handler)")
            guard let place = handler.action.firstRange(of: " in ") else { continue }
            let file = Self.root.appendingPathComponent(String(handler.action[place.upperBound...]))
            let specification = try String(contentsOf: file, encoding: .utf8)
            #expect(specification.contains("\n\(handler.action[..<place.lowerBound])("), "\(handler)")
        }
    }
}

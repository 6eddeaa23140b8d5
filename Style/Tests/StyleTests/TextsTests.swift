import Foundation
import Testing

/// What `Docs/FROM-THE-TEXTS.md` says of the code is looked up: a name that went away takes its row with it.
@Suite("From the texts")
struct TextsTests {
    private static let page = SourceTree.lines(of: SourceTree.root.appendingPathComponent("Docs/FROM-THE-TEXTS.md"))

    @Test("Each row says what its verdict promises, and every file, symbol, test, flaw and step that it names is there")
    func rows() {
        let project = ProjectNames()
        for row in Self.page.compactMap(TextsRow.init) {
            if let lack = row.lack { Issue.record("\(row.number) \(lack)") }
            for stranger in row.strangers(in: project) { Issue.record("\(row.number) names \(stranger)") }
        }
    }

    @Test("The rows of each text are numbered without a gap")
    func numbers() {
        let rows = Self.page.compactMap(TextsRow.init)
        for text in 1...5 {
            let numbers = rows.map(\.number).filter { $0.hasPrefix("\(text).") }
            #expect(numbers.count > 20 && numbers == (1...numbers.count).map { "\(text).\($0)" })
        }
    }

    @Test("The test sees names that are gone, and rows that say too little")
    func notices() throws {
        let project = ProjectNames()
        let sound = "`PaxosBase/Quorum.swift` `meet` | `VotesTests.outside`, `Flaw.quorumOfOne`, `decree learn 13`"
        let rows = [
            (sound, []),
            ("`PaxosBase/Gone.swift` | `VotesTests.outside`", ["PaxosBase/Gone.swift"]),
            ("`PaxosBase/Quorum.swift` `meat` | `VotesTests.inside`", ["meat", "VotesTests.inside"]),
            ("`PaxosBase` | `Flaw.quorumOfTwo`, `decree learn 14`", ["Flaw.quorumOfTwo", "decree learn 14"]),
            ("`PaxosBase` | `PlantedBugTests.expected`, `TextsRow`", ["PlantedBugTests.expected", "TextsRow"]),
            ("`PaxosBase` | `NoChecker`, `Scenarios/no.txt`", ["NoChecker", "Scenarios/no.txt"]),
        ]
        for (cells, strangers) in rows {
            let row = try #require(TextsRow("| 1.1 | Quorums meet | holds | \(cells) |"))
            #expect(row.lack == nil && row.strangers(in: project) == strangers)
        }
        let mute = [
            "holds | | `Flaw`", "errs | `PaxosBase` | ", "open | | later", "unchecked | | ", "sure | | ", "holds",
        ]
        for cells in mute {
            #expect(TextsRow("| 1.1 | Quorums meet | \(cells) |")?.lack != nil)
        }
    }
}

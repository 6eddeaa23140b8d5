import Foundation
import Testing

/// What a reader copies must compile: the first program of the README is a file that tests build and run.
@Suite("The README")
struct ReadmeTests {
    @Test("The program in the README is the one that DecreeTests runs")
    func programIsTested() throws {
        let readme = try String(contentsOf: SourceTree.root.appendingPathComponent("README.md"), encoding: .utf8)
        let program = try String(
            contentsOf: SourceTree.root.appendingPathComponent("Tests/DecreeTests/Support/ReadmeProgram.swift"),
            encoding: .utf8)
        #expect(readme.contains("```swift\n\(program)```\n"))
        #expect(readme.components(separatedBy: "```swift").count == 2, "each program needs a test that runs it")
    }
}

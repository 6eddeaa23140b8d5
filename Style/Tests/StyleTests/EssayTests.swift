import Foundation
import Testing

/// Whoever opens a module for the first time finds out there what it is about, and so does whoever reads its pages.
@Suite("Essays")
struct EssayTests {
    /// What is missing of a module's essay; nil when nothing is.
    static func lack(of target: URL) -> String? {
        let name = target.lastPathComponent
        let essay = target.appendingPathComponent("\(name).docc/\(name).md")
        guard let text = try? String(contentsOf: essay, encoding: .utf8) else { return "\(name) has no \(name).docc" }
        if !text.hasPrefix("# ``\(name)``\n") { return "the essay of \(name) does not begin with its name" }
        let words = text.split(whereSeparator: \.isWhitespace).count
        if words < 100 { return "the essay of \(name) says nothing: \(words) words" }
        return text.contains("\n## ") ? nil : "the essay of \(name) has no sections"
    }

    @Test("Every module has an essay, where DocC finds it", arguments: ["Sources", "Server/Sources"])
    func everyModule(folder: String) throws {
        let start = SourceTree.root.appendingPathComponent(folder)
        for target in try FileManager.default.contentsOfDirectory(atPath: start.path).sorted() {
            guard !SourceTree.swiftFiles(below: "\(folder)/\(target)").isEmpty else { continue }
            let lack = Self.lack(of: start.appendingPathComponent(target))
            #expect(lack == nil, "\(lack ?? "")")
        }
    }

    @Test("The test sees an essay that is missing, is another module's, or says nothing")
    func notices() throws {
        let target = FileManager.default.temporaryDirectory.appendingPathComponent("Module\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: target) }
        let name = target.lastPathComponent
        let folder = target.appendingPathComponent("\(name).docc")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        #expect(Self.lack(of: target)?.contains("has no") == true)
        let words = "\n## Idea\n\n" + String(repeating: "word ", count: 100)
        let texts = [
            ("# Other\n" + words, "begin"), ("# ``\(name)``\n\n## Idea\n", "nothing"), ("# ``\(name)``\n" + words, ""),
        ]
        for (text, expected) in texts {
            try text.write(to: folder.appendingPathComponent("\(name).md"), atomically: true, encoding: .utf8)
            let lack = Self.lack(of: target)
            #expect(expected.isEmpty ? lack == nil : lack?.contains(expected) == true, "\(lack ?? "none")")
        }
    }
}

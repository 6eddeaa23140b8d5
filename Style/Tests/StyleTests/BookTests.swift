import Foundation
import Testing

/// The pages that a reader goes through hang together: links lead somewhere, words are explained, no step lacks its chapter.
@Suite("The book and its links")
struct BookTests {
    private static let book = SourceTree.root.appendingPathComponent("Docs/learn")

    private static func text(of file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

    /// Pages that are read, from the root and the folders of docs.
    private static func pages() throws -> [URL] {
        let folders = ["", "Docs", "Docs/learn", "Specs", "Benchmarks", "Examples/Synod", "Examples/Counter"]
        return try folders.flatMap { folder in
            try FileManager.default.contentsOfDirectory(
                at: SourceTree.root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
        }
        .filter { $0.pathExtension == "md" }.sorted { $0.path < $1.path }
    }

    /// The links of a page that lead to no file, but for those that leave the project.
    static func deadLinks(in text: String, at page: URL) -> [String] {
        text.matches(of: /\]\(([^)\s]+)\)/).map { String($0.output.1) }.filter { link in
            let path = link.prefix { $0 != "#" }
            guard !link.contains("://"), !path.isEmpty else { return false }
            let target = page.deletingLastPathComponent().appendingPathComponent(String(path))
            return !FileManager.default.fileExists(atPath: target.path)
        }
    }

    /// The words that a page sends to the glossary and that have no row there.
    static func unexplained(in text: String, glossary: String) -> [String] {
        let explained = Set(
            glossary.matches(of: /(?m)^\| ([^|]+) \|/)
                .flatMap { $0.output.1.replacing("*", with: "").lowercased().components(separatedBy: ", ") })
        return text.matches(of: /\[([^\]]+)\]\([.\/]*GLOSSARY\.md\)/)
            .map { String($0.output.1.replacing("\n", with: " ")) }
            .filter { !explained.contains($0.lowercased()) && !explained.contains(String($0.lowercased().dropLast())) }
    }

    @Test("Every link leads to a file")
    func links() throws {
        for page in try Self.pages() {
            for link in Self.deadLinks(in: Self.text(of: page), at: page) {
                Issue.record("\(page.lastPathComponent) links to \(link)")
            }
        }
    }

    @Test("Every word that a chapter sends to the glossary is explained there")
    func words() throws {
        let glossary = Self.text(of: SourceTree.root.appendingPathComponent("Docs/GLOSSARY.md"))
        for page in try Self.pages() where page.path.hasPrefix(Self.book.path) {
            let words = Self.unexplained(in: Self.text(of: page), glossary: glossary)
                .filter { $0 != "glossary" }
            #expect(words.isEmpty, "\(page.lastPathComponent): \(words)")
        }
    }

    @Test("Every step has its chapter with its run, and the contents name every chapter")
    func chapters() throws {
        let source = SourceTree.root.appendingPathComponent("Sources/DecreeLearning/Derivation/Step.swift")
        let code = Self.text(of: source)
        let start = try #require(code.range(of: "var name: String"))
        let names = code[start.upperBound...].matches(of: /case \.\w+: "([a-z-]+)"/).map { String($0.output.1) }
        #expect(names.count == 19)
        let contents = Self.text(of: Self.book.appendingPathComponent("README.md"))
        let chapters = try Self.pages().filter { $0.path.hasPrefix(Self.book.path) }
            .map(\.lastPathComponent).filter { $0 != "README.md" }
        for chapter in chapters { #expect(contents.contains("](\(chapter))"), "\(chapter)") }
        for name in names {
            let own = chapters.first { $0.hasSuffix("-\(name).md") }
            let pages = own.map { [$0] } ?? chapters.filter { shows($0, "decree learn \(name): picture") }
            let chapter = try #require(pages.first, "\(name) has no chapter")
            let text = Self.text(of: Self.book.appendingPathComponent(chapter))
            #expect(text.contains(/<!-- decree learn [\w-]+: picture -->\n```text\n/), "\(chapter) shows no run")
        }
    }

    private func shows(_ chapter: String, _ comment: String) -> Bool {
        Self.text(of: Self.book.appendingPathComponent(chapter)).contains("<!-- \(comment) -->")
    }

    @Test("The test sees a dead link and a word that is not explained")
    func notices() {
        let page = Self.book.appendingPathComponent("README.md")
        let text = "[a](01-one-server.md) [b](no.md#top) [c](https://example.org) [d](#here) [e](../Nowhere)"
        #expect(Self.deadLinks(in: text, at: page) == ["no.md#top", "../Nowhere"])
        let words = "[nodes](../GLOSSARY.md) [quorum](../GLOSSARY.md) [quorom](../GLOSSARY.md)"
        #expect(Self.unexplained(in: words, glossary: "| node | a process |\n| quorum* | enough |\n") == ["quorom"])
    }
}

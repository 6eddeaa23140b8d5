import Foundation
import Testing

/// What an embedder meets says what it is: every public declaration of the library's API has a docstring.
@Suite("Docstrings")
struct DocstringTests {
    /// Where the API stands, files and folders.
    static let places = [
        "Sources/Decree/API", "Sources/DecreeNode/Cluster", "Sources/DecreeNode/Requests", "Sources/DecreeNode/Status",
        "Sources/PaxosLog/StateMachine.swift", "Sources/PaxosLog/SmallStateMachine.swift", "Sources/DecreeLearning",
        "Sources/PaxosSynod",
    ]

    /// Public declarations, and requirements of public protocols, that no docstring stands before; by line number.
    static func undocumented(_ lines: [String]) -> [Int] {
        var missing: [Int] = []
        var depth = 0
        var protocolDepth: Int?
        for (number, line) in lines.enumerated() {
            let isRequirement = protocolDepth.map { depth == $0 + 1 } ?? false
            if isPublic(line) || (isRequirement && isDeclaration(line)), !hasOwnWords(line),
                !hasDocstring(lines, before: number)
            {
                missing.append(number + 1)
            }
            if line.contains("public protocol ") { protocolDepth = depth }
            depth += line.count { $0 == "{" } - line.count { $0 == "}" }
            if let start = protocolDepth, depth <= start { protocolDepth = nil }
        }
        return missing
    }

    private static func isPublic(_ line: String) -> Bool {
        line.trimmingCharacters(in: .whitespaces).range(
            of: #"^(@\w+(\([^)]*\))? )*public (?!import|extension)"#, options: .regularExpression) != nil
    }

    private static func isDeclaration(_ line: String) -> Bool {
        line.trimmingCharacters(in: .whitespaces).range(
            of: #"^(mutating |static )*(func|var|init|associatedtype)\b"#, options: .regularExpression) != nil
    }

    /// What a protocol of the standard library has told already.
    private static func hasOwnWords(_ line: String) -> Bool {
        line.range(
            of: #"var description\b|static func (==|<)|func hash\(into|public init\((rawValue:|\) \{\})"#,
            options: .regularExpression) != nil
    }

    private static func hasDocstring(_ lines: [String], before number: Int) -> Bool {
        var index = number - 1
        while index >= 0, lines[index].trimmingCharacters(in: .whitespaces).hasPrefix("@") { index -= 1 }
        guard index >= 0 else { return false }
        return lines[index].trimmingCharacters(in: .whitespaces).hasPrefix("///")
    }

    /// Initializers whose parameters are the stored properties, which have docstrings of their own.
    private static func isMemberwise(_ line: String) -> Bool { line.contains("public init(") }

    @Test("Every public declaration of the API has a docstring", arguments: places)
    func documented(place: String) {
        let isFile = place.hasSuffix(".swift")
        let files = isFile ? [SourceTree.root.appendingPathComponent(place)] : SourceTree.swiftFiles(below: place)
        #expect(!files.isEmpty)
        for file in files {
            let lines = SourceTree.lines(of: file)
            for number in Self.undocumented(lines) where !Self.isMemberwise(lines[number - 1]) {
                Issue.record("\(file.lastPathComponent):\(number): \(lines[number - 1])")
            }
        }
    }

    @Test("The test sees what has none")
    func notices() {
        let text = """
            public protocol Machine {
                /// Told.
                mutating func apply()
                func answer()
            }

            /// Told.
            public struct Node {
                public let name: String
                @discardableResult
                public func stop() -> Bool { true }
                public var description: String { name }
                /// Told.
                @inlinable
                public func start() {}
                let hidden = 1
            }
            """
        #expect(Self.undocumented(text.components(separatedBy: "\n")) == [1, 4, 9, 11])
    }
}

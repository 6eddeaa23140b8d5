import Foundation

/// What stands in the project: its files, and the names that its Swift sources declare.
struct ProjectNames {
    /// Where files may be named from.
    private static let roots = ["", "Sources/", "Server/Sources/", "Tests/DecreeSimulatorTests/"]
    private static let folders = ["Sources", "Server/Sources", "Tests", "Server/Tests", "Examples"]

    /// By path from the root.
    private let declarations: [String: Set<String>]
    private let steps: Set<String>

    init() {
        var declarations: [String: Set<String>] = [:]
        let prefix = SourceTree.root.path + "/"
        for file in Self.folders.flatMap(SourceTree.swiftFiles) {
            guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
            declarations[String(file.path.dropFirst(prefix.count))] = Self.declared(in: text)
        }
        self.declarations = declarations
        steps = Self.stepNumbers()
    }

    private static let declaration = try? NSRegularExpression(
        pattern: #"\b(func|var|let|struct|class|enum|protocol|actor|extension|typealias|associatedtype)\s+(\w+)"#
            + #"|^\s*(?:indirect )?(case) (\w+)|\b()(init)[(?<]"#,
        options: .anchorsMatchLines)

    /// The names that a source declares, cases of enumerations by the first of each line; functions also with `()` behind them.
    static func declared(in text: String) -> Set<String> {
        let whole = text as NSString
        let found = declaration?.matches(in: text, range: NSRange(location: 0, length: whole.length)) ?? []
        var names: Set<String> = []
        for match in found {
            let words = (1..<match.numberOfRanges).map { match.range(at: $0) }.filter { $0.location != NSNotFound }
                .map(whole.substring)
            names.insert(words[1])
            if words[0] == "func" { names.insert("\(words[1])()") }
        }
        return names
    }

    /// What `decree learn` may be asked for: the rows of the derivation in the essay of its module.
    private static func stepNumbers() -> Set<String> {
        let essay = SourceTree.lines(
            of: SourceTree.root.appendingPathComponent("Sources/DecreeLearning/DecreeLearning.docc/DecreeLearning.md"))
        let numbers = essay.compactMap { $0.firstMatch(of: /^\| (\d+[ab]?) [A-Za-z]/).map { String($0.output.1) } }
        let others = ["lie": "| a liar", "ways": "| the ways"]
        return Set(numbers).union(others.filter { other in essay.contains { $0.hasPrefix(other.value) } }.keys)
    }

    /// The file or folder of that name, as a path from the root.
    func place(named name: String) -> String? {
        guard !name.isEmpty, !name.hasPrefix("/") else { return nil }
        return Self.roots.map { $0 + name }.first {
            FileManager.default.fileExists(atPath: SourceTree.root.appendingPathComponent($0).path)
        }
    }

    /// Whether a file, or one below a folder, declares a name.
    func isDeclared(_ name: String, in place: String) -> Bool {
        if let names = declarations[place] { return names.contains(name) }
        return declarations.contains { $0.key.hasPrefix(place + "/") && $0.value.contains(name) }
    }

    /// Whether it is a step of the derivation, a suite with its test, an enumeration with its case, or a type.
    func knows(_ name: String) -> Bool {
        if name.hasPrefix("decree learn") {
            let step = name.dropFirst("decree learn".count).trimmingCharacters(in: .whitespaces)
            return step.isEmpty || steps.contains(step)
        }
        let parts = name.split(separator: ".").map(String.init)
        guard let first = parts.first?.first, first.isUppercase, parts.count <= 2 else { return false }
        let isTest = parts.count == 2 && parts[0].hasSuffix("Tests")
        return declarations.values.contains { names in
            names.contains(parts[0]) && (parts.count == 1 || names.contains(isTest ? "\(parts[1])()" : parts[1]))
        }
    }
}

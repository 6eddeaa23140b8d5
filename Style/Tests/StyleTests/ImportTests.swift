import Foundation
import Testing

/// The project's folders and Swift sources, as the tests of style see them.
enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Swift files below `folder` (relative to the root), generated ones left out.
    static func swiftFiles(below folder: String) -> [URL] {
        let start = root.appendingPathComponent(folder)
        let walk = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)
        return (walk?.allObjects as? [URL] ?? [])
            .filter { $0.pathExtension == "swift" && !$0.path.contains("/.build/") }
            .filter { !$0.lastPathComponent.hasSuffix(".pb.swift") }
            .sorted { $0.path < $1.path }
    }

    static func lines(of file: URL) -> [String] {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.components(separatedBy: "\n")
    }

    /// The modules that a file imports.
    static func imports(of file: URL) -> [String] {
        lines(of: file).compactMap { line in
            let words = line.split(separator: " ")
            guard let position = words.firstIndex(of: "import"), position <= 2, words.count > position + 1,
                words[..<position].allSatisfy({ $0.hasPrefix("@") || $0 == "public" || $0 == "package" })
            else { return nil }
            let kinds = ["struct", "class", "enum", "func", "protocol", "let", "var", "typealias"]
            let next = kinds.contains(String(words[position + 1])) ? position + 2 : position + 1
            guard next < words.count else { return nil }
            return String(words[next].split(separator: ".")[0])
        }
    }
}

@Suite("The architecture's rules about imports")
struct ImportTests {
    private static let posix = ["Glibc", "Musl", "Darwin"]

    /// What each target may import; the cut of Docs/ARCHITECTURE.md.
    static let allowed: [String: Set<String>] = [
        "Sources/PaxosBase": [],
        "Sources/PaxosLog": ["PaxosBase"],
        "Sources/PaxosSynod": ["PaxosBase"],
        "Sources/DecreeSynod": ["PaxosBase", "PaxosLog", "PaxosSynod", "DecreeJournal"],
        "Sources/DecreeLearning": [
            "PaxosBase", "PaxosSynod", "DecreeWire", "DecreeJournal", "DecreeSynod", "DecreeSimulator", "DecreePages",
        ],
        "Sources/DecreePages": [],
        "Sources/DecreeWire": ["PaxosBase", "PaxosLog", "CDecreeCRC"],
        "Sources/DecreeJournal": Set(["PaxosBase", "PaxosLog", "DecreeWire"] + posix),
        "Sources/DecreeNode": ["PaxosBase", "PaxosLog", "DecreeWire", "DecreeJournal"],
        "Sources/DecreeSimulator": [
            "PaxosBase", "PaxosLog", "DecreeWire", "DecreeJournal", "DecreeNode", "DecreePages",
        ],
        "Sources/DecreeSockets": Set(["NIOCore"] + posix),
        "Sources/Decree": Set(
            [
                "PaxosBase", "PaxosLog", "DecreeWire", "DecreeJournal", "DecreeNode", "DecreeSockets", "NIOCore",
                "NIOPosix", "Logging",
                "Synchronization",
            ] + posix),
        "Server/Sources/DecreeStore": ["PaxosBase", "PaxosLog"],
        "Server/Sources/DecreeRPC": [],
        "Server/Sources/DecreeStoreSimulation": [
            "PaxosBase", "PaxosLog", "DecreeNode", "DecreeStore", "DecreeSimulator", "DecreeJournal", "DecreeEtcd",
            "DecreeRPC", "DecreeServer", "SwiftProtobuf", "Foundation",
        ],
        "Server/Sources/DecreeHTTP2": Set(
            ["CNghttp2", "CZlib", "DecreeRPC", "DecreeSockets", "NIOCore", "NIOPosix", "Synchronization"] + posix),
        "Server/Sources/DecreeEtcd": [
            "PaxosBase", "PaxosLog", "DecreeRPC", "DecreeStore", "SwiftProtobuf", "Foundation",
        ],
        "Server/Sources/DecreeServer": [
            "PaxosBase", "PaxosLog", "DecreeNode", "DecreeStore", "DecreeEtcd", "DecreeRPC",
        ],
        "Server/Sources/DecreeMetrics": Set(["CoreMetrics", "Synchronization"] + posix),
        "Server/Sources/DecreeCommand": Set(
            [
                "ArgumentParser", "Decree", "DecreeEtcd", "DecreeHTTP2", "DecreeJournal", "DecreeMetrics",
                "DecreeLearning", "DecreePages", "DecreeRPC", "DecreeServer", "DecreeSimulator", "DecreeStore",
                "DecreeStoreSimulation",
                "Dispatch", "Foundation",
                "Logging", "Metrics", "NIOCore", "NIOPosix", "PaxosBase", "PaxosLog", "PaxosSynod", "SwiftProtobuf",
                "Synchronization",
                "Yams",
            ] + posix),
    ]

    @Test("Every target is listed, so that none escapes the rules", arguments: ["Sources", "Server/Sources"])
    func everyTargetIsListed(folder: String) throws {
        let start = SourceTree.root.appendingPathComponent(folder)
        for target in try FileManager.default.contentsOfDirectory(atPath: start.path) {
            guard !SourceTree.swiftFiles(below: "\(folder)/\(target)").isEmpty else { continue }
            #expect(Self.allowed["\(folder)/\(target)"] != nil, "\(folder)/\(target) has no list of imports")
        }
    }

    @Test("Every target imports only what the architecture allows it", arguments: allowed.keys.sorted())
    func importsAreAllowed(folder: String) {
        let files = SourceTree.swiftFiles(below: folder)
        #expect(!files.isEmpty, "\(folder) holds no sources")
        for file in files {
            for module in SourceTree.imports(of: file) {
                #expect(
                    Self.allowed[folder]?.contains(module) == true, "\(folder)/\(file.lastPathComponent): \(module)")
            }
        }
    }

    @Test("Of DecreeJournal, only the POSIX shell knows the operating system")
    func journalCoreIsPure() {
        for file in SourceTree.swiftFiles(below: "Sources/DecreeJournal") where !file.path.contains("/Posix/") {
            #expect(
                SourceTree.imports(of: file).allSatisfy { !Self.posix.contains($0) }, "\(file.lastPathComponent)")
        }
    }

    @Test("The test sees an import that is not allowed")
    func noticesForbiddenImport() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).swift")
        try "import Foundation\n@testable import PaxosLog\nimport struct NIOCore.ByteBuffer\n"
            .write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(SourceTree.imports(of: file) == ["Foundation", "PaxosLog", "NIOCore"])
    }
}

@Suite("Names and habits")
struct HabitTests {
    static let pure = [
        "Sources/PaxosBase", "Sources/PaxosLog", "Sources/PaxosSynod", "Sources/DecreeWire", "Sources/DecreeNode",
        "Sources/DecreeSimulator", "Sources/DecreeSynod", "Sources/DecreeLearning", "Sources/DecreePages",
        "Server/Sources/DecreeStore", "Server/Sources/DecreeServer",
    ]

    /// What must not stand in the pure targets, and what stands there instead.
    static let banned = [
        ("hashValue", "StableHasher"),
        (".randomElement(", "SeededRandom"),
        ("SystemRandomNumberGenerator", "SeededRandom"),
        ("ContinuousClock", "an Instant that the host hands in"),
        ("SuspendingClock", "an Instant that the host hands in"),
        ("precondition(", "invariant(_:_:)"),
        ("assert(", "invariant(_:_:)"),
        ("try!", "a typed error"),
        ("print(", "an effect"),
    ]

    @Test("The pure targets use no clock, no system randomness and no assertion that loses its text", arguments: pure)
    func bannedNames(folder: String) {
        for file in SourceTree.swiftFiles(below: folder) {
            for (number, line) in SourceTree.lines(of: file).enumerated() {
                let code = line.components(separatedBy: "//")[0]
                for (name, instead) in Self.banned where Self.stands(name, in: code) {
                    Issue.record("\(file.lastPathComponent):\(number + 1): use \(instead) instead of \(name)")
                }
            }
        }
    }

    /// Whether `name` stands in `code` by itself and not as the end of a longer name.
    private static func stands(_ name: String, in code: String) -> Bool {
        var rest = code[...]
        while let found = rest.range(of: name) {
            let former = found.lowerBound == code.startIndex ? nil : code[code.index(before: found.lowerBound)]
            guard let former, former.isLetter || former.isNumber || former == "_" else { return true }
            rest = rest[found.upperBound...]
        }
        return false
    }

    @Test("A library never ends the process: what is fatal is told to the embedder")
    func noExit() {
        for file in SourceTree.swiftFiles(below: "Sources") {
            for (number, line) in SourceTree.lines(of: file).enumerated() {
                let code = line.components(separatedBy: "//")[0]
                for name in ["exit(", "_exit(", "quick_exit(", "abort("] where Self.stands(name, in: code) {
                    Issue.record("\(file.lastPathComponent):\(number + 1): report it instead of calling \(name)")
                }
            }
        }
    }

    @Test("Only the simulator sets a flaw")
    func flawsAreSetBySimulatorOnly() {
        for folder in ["Sources", "Server/Sources"] {
            for file in SourceTree.swiftFiles(below: folder) where !file.path.contains("/DecreeSimulator/") {
                for line in SourceTree.lines(of: file) where line.contains(".flaws") {
                    Issue.record("\(file.lastPathComponent): \(line)")
                }
            }
        }
    }

    @Test("Only the laboratory leaves a rule of the Synod out")
    func synodFlawsAreSetByLaboratoryOnly() {
        for folder in ["Sources", "Server/Sources"] {
            for file in SourceTree.swiftFiles(below: folder) where !file.path.contains("/DecreeLearning/") {
                for line in SourceTree.lines(of: file) where line.contains("flaw: .") || line.contains("flaw = .") {
                    Issue.record("\(file.lastPathComponent): \(line)")
                }
            }
        }
    }

    @Test("No file outgrows what a reader holds: 600 lines")
    func fileLength() {
        for folder in ["Sources", "Tests", "Server/Sources", "Server/Tests", "Benchmarks"] {
            for file in SourceTree.swiftFiles(below: folder) {
                #expect(SourceTree.lines(of: file).count <= 600, "\(file.lastPathComponent)")
            }
        }
    }
}

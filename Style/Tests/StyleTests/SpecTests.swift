import Foundation
import Testing

/// What a specification says about the code is worth something while the code is what it says.
@Suite("The TLA+ specifications")
struct SpecTests {
    /// A definition of a specification, and the function in Swift that its comment names.
    struct Handler: Equatable {
        let type: String
        let function: String
        /// Which message it takes, where there is a function for each.
        let message: String?
        let definition: String

        var name: String { "\(type).\(function)" + (message.map { "(\($0))" } ?? "") }

        /// Whether the definition is called like the handler, or like its message. More may follow.
        var isNamedAlike: Bool {
            function == "init" || definition.lowercased().hasPrefix((message ?? function).lowercased())
        }
    }

    /// Steps that no handler takes: they happen to a process.
    static let unhandled: Set = ["Crash", "LandLate"]

    static func text(_ path: String) -> String {
        (try? String(contentsOf: SourceTree.root.appendingPathComponent(path), encoding: .utf8)) ?? ""
    }

    /// The definitions whose comments begin with a function: `\* Acceptor.prepare: ...`, or `\* Core.receive(Prepare): ...`.
    static func handlers(of spec: String) -> [Handler] {
        var handlers: [Handler] = []
        var named: (type: String, function: String, message: String?)?
        for line in spec.components(separatedBy: "\n") {
            if let match = line.wholeMatch(of: /\\\* ([A-Z]\w+)\.([a-z]\w+)(?:\((\w+)\))?:.*/) {
                named = (String(match.1), String(match.2), match.3.map(String.init))
            } else if !line.hasPrefix("\\*"), let (type, function, message) = named {
                let definition = String(line.prefix { $0.isLetter })
                handlers.append(Handler(type: type, function: function, message: message, definition: definition))
                named = nil
            }
        }
        return handlers
    }

    /// The actions that a specification's next step is one of.
    static func actions(of spec: String) -> [String] {
        guard let start = spec.range(of: "\nNext ==\n") else { return [] }
        let next = spec[start.upperBound...].components(separatedBy: "\n\n")[0]
        return next.matches(of: /([A-Z]\w+)\(\w\)/).map { String($0.1) }
    }

    /// Whether one of the sources declares or extends the type and has the function.
    static func has(_ handler: Handler, in sources: [String]) -> Bool {
        let type = #"(struct|enum|class|extension) \#(handler.type)\b"#
        let function = handler.function == "init" ? #"\binit\("# : #"func \#(handler.function)\("#
        let message = handler.message.map { #"\s*_ \w+: \#($0)\b"# } ?? ""
        return sources.contains { source in
            source.range(of: type, options: .regularExpression) != nil
                && source.range(of: function + message, options: .regularExpression) != nil
        }
    }

    /// What does not fit between a specification and the sources; nil where only names are looked at.
    static func misfits(of spec: String, to sources: [String]?) -> [String] {
        let handlers = handlers(of: spec)
        let lost = handlers.filter { handler in sources.map { !has(handler, in: $0) } ?? false }
        let actions = actions(of: spec)
        let nameless = actions.filter { action in
            guard let handler = handlers.first(where: { $0.definition == action }) else {
                return !unhandled.contains(action)
            }
            return !handler.isNamedAlike
        }
        return lost.map { "\($0.name) is in no source" } + nameless.map { "\($0) has no handler's name" }
            + (actions.isEmpty ? ["there are no actions"] : [])
    }

    static func sources(_ target: String) -> [String] {
        SourceTree.swiftFiles(below: "Sources/\(target)").map { SourceTree.lines(of: $0).joined(separator: "\n") }
    }

    /// Those of Fast Paxos have the same names.
    static let synodSources = SourceTree.swiftFiles(below: "Sources/PaxosSynod")
        .filter { !$0.path.contains("/Fast/") && !$0.path.contains("/Log/") }
        .map { SourceTree.lines(of: $0).joined(separator: "\n") }

    @Test("Actions bear the names of handlers that are there")
    func actionsAreHandlers() {
        #expect(Self.misfits(of: Self.text("Specs/Synod.tla"), to: Self.synodSources) == [])
        #expect(Self.misfits(of: Self.text("Specs/SlotLog.tla"), to: Self.sources("PaxosLog")) == [])
        #expect(Self.misfits(of: Self.text("Specs/FastPaxos.tla"), to: Self.sources("PaxosSynod/Fast")) == [])
    }

    @Test("Every rule that the code can leave out is left out of the specification as well, and refuted")
    func flawsAreRefuted() {
        for (file, module, count) in [("SynodFlaw", "Synod", 14), ("Fast/FastPaxos", "FastPaxos", 5)] {
            let cases = Self.text("Sources/PaxosSynod/\(file).swift").matches(of: /\n    case (\w+)/)
                .map { String($0.1) }
            #expect(cases.count >= count)
            for flaw in cases {
                let configuration = Self.text("Specs/\(module)/\(flaw).cfg")
                #expect(configuration.hasPrefix("\\* refuted by "), "\(flaw)")
                #expect(configuration.contains("Flaw = \"\(flaw)\"\n"), "\(flaw)")
            }
        }
    }

    @Test(
        "What a configuration leaves out is something in its specification",
        arguments: ["Synod", "SlotLog", "FastPaxos"])
    func flawsExist(module: String) throws {
        let folder = SourceTree.root.appendingPathComponent("Specs/\(module)")
        // Quorums are numbers of the configuration, and nothing that is left out.
        let byNumbers: Set = ["none", "quorumsApart", "fastQuorumsTooSmall"]
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let configuration = Self.text("Specs/\(module)/\(file)")
            let flaw = try #require(configuration.firstMatch(of: /Flaw = "(\w+)"/), "\(file)").1
            let isKnown = Self.text("Specs/\(module).tla").contains("\"\(flaw)\"")
            #expect(isKnown || byNumbers.contains(String(flaw)), "\(file)")
            // The log's rules are left out of the code by the same names.
            let isPlanted = Self.text("Sources/PaxosBase/Flaw.swift").contains("case \(flaw)\n")
            #expect(module != "SlotLog" || flaw == "none" || isPlanted, "\(file)")
        }
    }

    @Test("Every configuration stands in the table of what was checked")
    func everythingIsTold() throws {
        let table = Self.text("Specs/README.md")
        for module in ["Voting", "Synod", "SlotLog", "FastPaxos"] {
            let folder = SourceTree.root.appendingPathComponent("Specs/\(module)")
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
                #expect(table.contains("| \(module)/\(file.dropLast(4)) |"), "\(module)/\(file)")
            }
        }
    }

    @Test("The test sees a handler that is gone, renamed, or never named")
    func notices() {
        let spec = Self.text("Specs/Synod.tla")
        let renamed = Self.synodSources.map { $0.replacing("func prepare(", with: "func promise(") }
        #expect(Self.misfits(of: spec, to: renamed) == ["Acceptor.prepare is in no source"])
        let moved = Self.synodSources.map { $0.replacing("struct Learner", with: "struct Student") }
        #expect(
            Self.misfits(of: spec, to: moved) == ["Learner.count is in no source", "Learner.learn is in no source"])
        let other = spec.replacing("Acceptor.accept:", with: "Acceptor.vote:")
        #expect(Self.misfits(of: other, to: nil) == ["Accept has no handler's name"])
        let log = Self.text("Specs/SlotLog.tla")
        let retyped = Self.sources("PaxosLog").map { $0.replacing("_ prepare: Prepare", with: "_ prepare: Message") }
        #expect(Self.misfits(of: log, to: retyped) == ["Core.receive(Prepare) is in no source"])
        let bare = spec.replacing("\\* Proposer.stand: phase 1a.", with: "\\* Phase 1a.")
        #expect(Self.misfits(of: bare, to: Self.synodSources) == ["Stand has no handler's name"])
        let fast = Self.sources("PaxosSynod/Fast").map { $0.replacing("func recover(", with: "func settle(") }
        #expect(
            Self.misfits(of: Self.text("Specs/FastPaxos.tla"), to: fast) == ["Proposer.recover is in no source"])
        #expect(Self.misfits(of: "Next == x", to: []) == ["there are no actions"])
    }
}

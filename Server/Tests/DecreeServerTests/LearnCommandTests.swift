import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("decree learn", .serialized) struct LearnCommandTests {
        private func learn(
            _ words: [String], input: String? = nil, locale: String = "C.UTF-8", within bound: Duration = .seconds(60)
        ) throws -> CommandResult {
            try runCommand(
                [try Tools.decree.get(), "learn"] + words, input: input,
                environment: ["LC_ALL": locale, "COLUMNS": nil], within: bound)
        }

        @Test("Without arguments it lists all steps, with what each breaks")
        func list() throws {
            let result = try learn([])
            #expect(result.succeeded && result.error.isEmpty, "\(result)")
            for line in [
                "1    one-server         progress   one server", "9a   never-change ",
                "12   paxos              nothing ",
                "lie  liar               validity ", "17a  lost-decision      nothing ",
                "18   fast-log           nothing ",
            ] {
                #expect(result.output.contains(line), "\(line): \(result)")
            }
            for line in result.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        }

        @Test("A step shows the shortest run that breaks it, why, and what is done about it")
        func step() throws {
            let result = try learn(["4"])
            #expect(result.succeeded, "\(result)")
            let parts = [
                "It breaks agreement: A and B are decided", "after 6 steps", "node 0   node 1   node 2", "▶●",
                "Why it breaks", "Next: decree learn 5",
            ]
            for part in parts { #expect(result.output.contains(part), "\(part): \(result)") }
            #expect(!result.output.contains("\u{1B}"), "no colours where there is no terminal")
            let ascii = try learn(["two-leaders"], locale: "C")
            #expect(
                ascii.succeeded && ascii.output.utf8.allSatisfy { $0 < 0x80 } && ascii.output.contains(">*"), "\(ascii)"
            )
        }

        @Test("Where a promise is missing it says which value may still be chosen, and whom two majorities share")
        func insights() throws {
            let result = try learn(["ask-first", "--width", "200"])
            #expect(result.succeeded, "\(result)")
            #expect(
                result.output.contains("may still be chosen") && result.output.contains("here it breaks"), "\(result)")
            #expect(result.output.contains("which voted for both"), "\(result)")
        }

        @Test("No line is wider than a narrow terminal", arguments: [24, 40, 60])
        func narrow(width: Int) throws {
            let result = try learn(["majority-of-first", "--width", "\(width)"])
            #expect(result.succeeded, "\(result)")
            for line in result.output.split(separator: "\n") where !line.contains("Sources/") && !line.contains("func")
            {
                #expect(line.count <= width || !line.contains(" "), "\(line)")
            }
        }

        @Test("Paxos is not broken, and it is said how much was gone through")
        func paxos() throws {
            let result = try learn(["paxos"])
            #expect(result.succeeded, "\(result)")
            for part in ["Nothing breaks it", "113656 states", "one crash before or behind any write"] {
                #expect(result.output.replacing("\n", with: " ").contains(part), "\(part): \(result)")
            }
        }

        @Test(
            "A log is gone through, and the run shown that says what it is for",
            arguments: ["16", "17a", "17b", "fast-log"])
        func log(step: String) throws {
            let result = try learn([step])
            let text = result.output.replacing("\n", with: " ")
            #expect(result.succeeded && text.contains("Nothing breaks it"), "\(result)")
            #expect(text.contains("On this run") && text.contains("delivers B"), "\(result)")
        }

        @Test("What can be sent to replicas is told with its bytes")
        func ways() throws {
            let result = try learn(["ways"])
            #expect(result.succeeded && result.output.contains("difference"), "\(result)")
            #expect(result.output.contains("All three replicas hold the same"), "\(result)")
            for line in result.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        }

        @Test("A run is written as a page, in place of what the file held; where it cannot be, that is told")
        func page() throws {
            let directory = try TemporaryDirectory("page")
            defer { directory.remove() }
            let file = directory.path("run.html")
            try "former".write(toFile: file, atomically: true, encoding: .utf8)
            let result = try learn(["10", "--html", file])
            #expect(result.succeeded && result.output.contains(file), "\(result)")
            let page = try String(contentsOfFile: file, encoding: .utf8)
            #expect(page.hasPrefix("<!doctype html>") && page.contains("promise 1.0, nothing accepted"))
            for (path, says) in [
                (directory.path("no/run.html"), "there is no folder"), (directory.path("."), "folder"),
            ] {
                let refused = try learn(["4", "--html", path])
                #expect(refused.status == .exited(1) && refused.error.contains(says), "\(refused)")
            }
            let log = try learn(["10", "--shiviz", directory.path("log")])
            #expect(log.succeeded && log.output.contains("ShiViz"), "\(log)")
            let lines = try String(contentsOfFile: directory.path("log"), encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 1 + 2 * 10 && lines[1] == "wants A" && lines[2] == #"node-0 {"node-0":1}"#)
            let module = try learn(["10", "--spectacle", directory.path("10.tla")])
            #expect(module.succeeded && module.output.contains("Spectacle"), "\(module)")
            #expect(
                try String(contentsOfFile: directory.path("10.tla"), encoding: .utf8).hasPrefix("---- MODULE Run ----"))
            let device = try learn(["4", "--html", "/dev/null"])
            #expect(device.succeeded, "\(device)")
            let kind = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
            #expect(kind == .typeCharacterSpecial)
        }

        @Test("A step is served on loopback with the code behind it, until a signal ends it")
        func served() throws {
            let served = try ServedRun(["learn", "10", "--serve"])
            let page = try plainHTTP("GET", "/", port: served.port)
            #expect(page.status == 200 && page.body.contains("connect-src 'self'") && page.body.hasSuffix("</html>\n"))
            #expect(page.fields["access-control-allow-origin"] == nil && page.fields["cache-control"] == "no-store")
            let branches = try plainHTTP("GET", "/branches?step=3", port: served.port)
            #expect(
                branches.body.contains(#"{"group":"arrival","text":"node 0 → node 1: accept A in 1.0"}"#), "\(branches)"
            )
            let other = try plainHTTP("GET", "/?way=3.1", port: served.port)
            #expect(other.status == 200 && other.body.contains("In this run nothing is wrong"))
            let wrong = try plainHTTP("GET", "/?way=3.99", port: served.port)
            #expect(
                wrong.status == 422 && wrong.body.hasPrefix("decree: behind step 3 there is no branch 99"), "\(wrong)")
            let second = try runCommand(
                [try Tools.decree.get(), "learn", "4", "--serve", "--port", "\(served.port)"], within: .seconds(20))
            #expect(second.status == .exited(1) && second.error.contains("cannot listen"), "\(second)")
            #expect(try served.stop(SIGINT) == .exited(0))
        }

        @Test("What makes no sense is told in a line, with exit code 2")
        func mistakes() throws {
            let cases: [(words: [String], says: String)] = [
                (["99"], "there is no step '99'"), (["--play"], "--play needs a step"),
                (["4", "--width", "3"], "--width"),
                (["--html", "run.html"], "--html FILE shows the run of a step"),
                (["4", "--html", ""], "--html needs a file"), (["--serve"], "--serve shows the run of a step"),
                (["4", "--port", "80"], "--port is for --serve"),
                (["4", "--serve", "--port", "65536"], "--port takes"),
                (["--play", "ways"], "--play needs a step"),
                (["ways", "--html", "x"], "--html FILE shows the run of a step"),
                (["--bring", " "], "--bring needs a command"), (["4", "--thorough"], "step 12"),
                (["4", "--bring", "cat"], "takes no step"), (["4", "5"], "5"),
            ]
            for (words, says) in cases {
                let result = try learn(words)
                #expect(
                    result.status == .exited(2) && result.error.contains(says) && result.output.isEmpty, "\(result)")
            }
        }

        @Test("Played with the hints' moves a step breaks in the fewest, and wrong input is told")
        func play() throws {
            let result = try learn(["--play", "one-server"], input: "nine\nu\n1\nu\nh\nd\n1\n1\n")
            #expect(result.succeeded, "\(result)")
            #expect(result.error.contains("'nine' is no move"), "\(result)")
            #expect(result.output.contains("There is nothing to take back"), "\(result)")
            #expect(result.output.contains("From here 2 moves can break it"), "\(result)")
            let won = try learn(["--play", "one-server"], input: "1\n2\n")
            #expect(won.succeeded && won.output.contains("You broke it: progress"), "\(won)")
            #expect(won.output.contains("You took 2 moves. There is no shorter way"), "\(won)")
            let longer = try learn(["--play", "one-server"], input: "1\n1\nu\n1\nu\nu\n4\n1\n1\n")
            #expect(longer.output.contains("You stopped") || longer.output.contains("nothing is wrong"), "\(longer)")
        }

        @Test("A game ends when its input does, or when the reader has enough")
        func playEnds() throws {
            for input in ["", "1\n", "q\n"] {
                let result = try learn(["--play", "12"], input: input)
                #expect(result.succeeded && result.output.contains("You stopped"), "\(result)")
            }
        }

        // MARK: Brought acceptors

        private static let example = "Examples/Acceptor/acceptor.py"

        private static var root: URL {
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
        }

        @Test("The example acceptor passes; with a rule left out it is shown on which run it breaks")
        func bring() throws {
            let path = Self.root.appendingPathComponent(Self.example)
            let sound = try learn(["--bring", "python3 \(path.path)"], within: .seconds(300))
            #expect(sound.succeeded && sound.output.contains("Nothing breaks it"), "\(sound)")
            #expect(sound.output.replacing("\n", with: " ").contains("one of the acceptors killed"), "\(sound)")
            let directory = try TemporaryDirectory("acceptor")
            defer { directory.remove() }
            let source = try String(contentsOf: path, encoding: .utf8)
            let faults = [
                ("\"accepted\": self.accepted}", "\"accepted\": None}", "P2b"),
                ("if ballot < self.promised:", "if True:", "refuses ballot"),
                (
                    "def accept(self, ballot, value):\n        if ballot < self.promised:",
                    "def accept(self, ballot, value):\n        if False:", "P2b"
                ),
            ]
            for (rule, fault, says) in faults {
                let broken = source.replacingOccurrences(of: rule, with: fault)
                #expect(broken != source)
                try broken.write(toFile: directory.path("broken.py"), atomically: true, encoding: .utf8)
                let result = try learn(
                    ["--bring", "python3 \(directory.path("broken.py"))"], within: .seconds(300))
                #expect(result.status == .exited(1) && result.output.contains(says), "\(result)")
                #expect(result.output.contains("there is no shorter way"), "\(result)")
            }
        }

        @Test("An acceptor that forgets when it is killed is found, whatever of it is forgotten")
        func forgetful() throws {
            let path = Self.root.appendingPathComponent(Self.example)
            let directory = try TemporaryDirectory("forgetful")
            defer { directory.remove() }
            let source = try String(contentsOf: path, encoding: .utf8)
            let faults = [
                ("        self.promised = ballot\n        self.keep()\n", "        self.promised = ballot\n"),
                ("\"value\": value}\n        self.keep()\n", "\"value\": value}\n"), ("if kept:", "if False:"),
                ("kept[\"promised\"], kept[\"accepted\"]", "kept[\"promised\"], None"),
            ]
            for (rule, fault) in faults {
                let broken = source.replacingOccurrences(of: rule, with: fault)
                #expect(broken != source, "\(rule)")
                try broken.write(toFile: directory.path("broken.py"), atomically: true, encoding: .utf8)
                let result = try learn(
                    ["--bring", "python3 \(directory.path("broken.py"))"], within: .seconds(300))
                #expect(result.status == .exited(1) && result.output.contains("It breaks P2b"), "\(result)")
                #expect(result.output.contains("is killed"), "\(result)")
            }
        }

        @Test("A command that hangs, ends, babbles or says nonsense is told of in a line")
        func broughtFailures() throws {
            let cases: [(command: String, says: String)] = [
                ("sleep 60", "does not answer within 300 ms"), ("exit 7", "exit code 7"), ("kill -9 $$", "signal 9"),
                ("cat", "to a start it answers"), ("no-such-program-here", "exit code 127"),
                ("while read l; do printf '{\"type\":\"started\"}\\nmore\\n'; done", "more than it was asked"),
                ("yes hello", "no JSON object"), ("head -c 200000 /dev/zero; sleep 9", "longer than"),
                ("while read l; do echo '{\"type\":\"started\"}'; done", "not one that Docs/ACCEPTOR.md tells of"),
                ("exec <&- >&-; sleep 5", "closed its input or output"),
            ]
            for (command, says) in cases {
                let result = try learn(["--bring", command, "--patience", "300"])
                #expect(result.status == .exited(1) && result.error.contains(says), "\(command): \(result)")
                #expect(result.error.contains("Docs/ACCEPTOR.md"), "\(result)")
            }
        }
    }
}

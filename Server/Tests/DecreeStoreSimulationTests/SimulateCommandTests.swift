import DecreeTestSupport
import Foundation
import Testing

@Suite("decree simulate", .timeLimit(.minutes(20)))
struct SimulateCommandTests {
    private func simulate(_ arguments: String...) throws -> CommandResult {
        try runCommand([try Tools.decree.get(), "simulate"] + arguments, within: .seconds(120))
    }

    @Test("Two processes with one seed print one digest, another seed another")
    func digests() throws {
        let lines = try ["7", "7", "8"].map { seed in
            let result = try simulate("--seed", seed, "--json")
            #expect(result.succeeded, "\(result)")
            return String(result.output.split(separator: "\n")[0])
        }
        #expect(lines[0] == lines[1])
        #expect(lines[0].hasPrefix("{\"seed\":7,\"events\":"))
        #expect(lines[0].hasSuffix("\"violation\":null}"))
        #expect(lines[0].drop { $0 != "d" } != lines[2].drop { $0 != "d" })
    }

    @Test("A suite prints totals by kind of fault, and one line of JSON for each run when asked")
    func suite() throws {
        let text = try simulate("--seeds", "1..4")
        #expect(text.succeeded, "\(text)")
        for word in ["events/s", "messageLost", "tornTail", "4 runs"] { #expect(text.output.contains(word)) }
        let json = try simulate("--seeds", "1..4", "--json")
        let lines = json.output.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines.dropLast().enumerated().allSatisfy { $1.hasPrefix("{\"seed\":\($0 + 1),") })
        #expect(lines.last?.contains("\"runs\":4") == true)
    }

    @Test("A planted bug is named, caught and told of by exit code 10")
    func planted() throws {
        let list = try simulate("--planted", "list")
        #expect(list.succeeded && list.output.contains("quorumOfOne"))
        let caught = try simulate("--planted", "quorumOfOne")
        #expect(caught.status == .exited(10), "\(caught)")
        #expect(caught.output.contains("durableQuorum") && caught.output.contains("replay: decree simulate --seed"))
    }

    @Test("The run of a seed is written as a page, and so is the one in which a planted bug was found")
    func page() throws {
        let directory = try TemporaryDirectory("page")
        defer { directory.remove() }
        let file = directory.path("run.html")
        let plain = try simulate("--seed", "7", "--workload", "registers", "--json")
        let shown = try simulate("--seed", "7", "--workload", "registers", "--json", "--html", file)
        #expect(shown.succeeded && shown.output.split(separator: "\n")[0] == plain.output.split(separator: "\n")[0])
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains("The world of seed 7"))
        let caught = try simulate("--planted", "quorumOfOne", "--html", file)
        #expect(caught.status == .exited(10) && caught.output.contains(file), "\(caught)")
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains("no quorum of"))
        let both = try simulate(
            "--planted", "quorumOfOne", "--beside", "--html", file, "--shiviz", directory.path("log"))
        #expect(both.status == .exited(10), "\(both)")
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains("The sound core in the same world"))
        #expect(try String(contentsOfFile: directory.path("log"), encoding: .utf8).hasPrefix("(?<event>.*)"))
        let alone = try runCommand([try Tools.decree.get(), "simulate", "--beside"], within: .seconds(20))
        #expect(alone.status == .exited(2) && alone.error.contains("--beside"), "\(alone)")
        for words in [
            ["--html", file], ["--seed", "1", "--html", ""],
        ] {
            let refused = try runCommand([try Tools.decree.get(), "simulate"] + words, within: .seconds(20))
            #expect(refused.status == .exited(2) && refused.error.contains("--html"), "\(refused)")
        }
    }

    @Test("A world is served with the code behind it, until a signal ends it")
    func served() throws {
        let served = try ServedRun(["simulate", "--seed", "4", "--workload", "registers", "--serve"])
        let branches = try plainHTTP("GET", "/branches?step=62", port: served.port, within: .seconds(60))
        #expect(
            branches.status == 200 && branches.body.contains(#"{"group":"fault","text":"n1"#), "\(branches)")
        let page = try plainHTTP("GET", "/?way=62.0&beside=1", port: served.port, within: .seconds(60))
        #expect(page.status == 200 && page.body.contains("The world of seed 4, beside"))
        let far = try plainHTTP("GET", "/branches?step=100001", port: served.port)
        #expect(far.status == 422 && far.body.contains("too far"), "\(far)")
        #expect(try served.stop(SIGTERM) == .exited(0))
        for words in [["--serve"], ["--seed", "1", "--port", "1"]] {
            let refused = try runCommand([try Tools.decree.get(), "simulate"] + words, within: .seconds(20))
            #expect(refused.status == .exited(2) && refused.error.contains("--serve"), "\(refused)")
        }
    }

    @Test("A scenario is carried out from its file, printed, and shown as a page and as a module")
    func scenario() throws {
        let directory = try TemporaryDirectory("scenario")
        defer { directory.remove() }
        let (file, page) = (directory.path("short.txt"), directory.path("run.html"))
        try "# A claim.\n> nodes 3\n> start\n> elect n1\n> propose n2 x\n> settle\n"
            .write(toFile: file, atomically: true, encoding: .utf8)
        let shown = try simulate(
            "--scenario", file, "--html", page, "--spectacle", directory.path("My run-1.tla"))
        #expect(shown.succeeded && shown.output.contains("n2 -> n1  forward n2#1=x"), "\(shown)")
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("<title>A claim · Decree</title>"))
        let module = try String(contentsOfFile: directory.path("My run-1.tla"), encoding: .utf8)
        #expect(module.hasPrefix("---- MODULE Myrun1 ----\n"), "\(module.prefix(60))")
        try "# A claim.\n> jump\n".write(toFile: file, atomically: true, encoding: .utf8)
        let wrong = try simulate("--scenario", file)
        #expect(wrong.status == .exited(1) && wrong.error.contains("line 2: there is no step 'jump'"), "\(wrong)")
        let missing = try simulate("--scenario", directory.path("none"))
        #expect(missing.status == .exited(1) && missing.error.contains("cannot be read"), "\(missing)")
        let mixed = try simulate("--scenario", file, "--seed", "1")
        #expect(mixed.status == .exited(2) && mixed.error.contains("--scenario"), "\(mixed)")
    }

    @Test("An exploration tells how far it went, and what it found as the fewest steps")
    func explore() throws {
        let sound = try simulate("--explore", "2000")
        #expect(sound.succeeded && sound.output.hasPrefix("2000 states (all within "), "\(sound)")
        let broken = try simulate("--explore", "2000", "--planted", "quorumOfOne")
        #expect(broken.status == .exited(10) && broken.output.contains("durableQuorum"), "\(broken)")
        #expect(broken.output.contains("  n1  stands\n") && broken.output.contains("\nchoices: "), "\(broken)")
        #expect(try simulate("--explore", "0").status == .exited(2))
        #expect(try simulate("--explore", "9", "--seed", "1").status == .exited(2))
    }

    @Test("What an exploration found is shown as a page, and served with the replicas behind it")
    func counterexample() throws {
        let directory = try TemporaryDirectory("found")
        defer { directory.remove() }
        let page = directory.path("run.html")
        let words = ["--explore", "2000", "--planted", "quorumOfOne"]
        let shown = try runCommand(
            [try Tools.decree.get(), "simulate"] + words + ["--html", page], within: .seconds(60))
        #expect(shown.status == .exited(10) && shown.output.contains(page), "\(shown)")
        let text = try String(contentsOfFile: page, encoding: .utf8)
        #expect(text.contains("quorumOfOne, in the fewest steps") && text.contains("there is no shorter way"))
        let served = try ServedRun(["simulate"] + words + ["--serve"])
        let branches = try plainHTTP("GET", "/branches?step=1", port: served.port)
        #expect(branches.body.contains(#"{"group":"client","text":"n2 stands"}"#), "\(branches)")
        #expect(try plainHTTP("GET", "/?way=1.0&beside=1", port: served.port).status == 200)
        #expect(try served.stop(SIGTERM) == .exited(10))
    }

    @Test("An unknown bug or a range that makes no sense ends with 2, a bug that is not found with 1")
    func refusals() throws {
        #expect(try simulate("--planted", "nonsense").status == .exited(2))
        #expect(try simulate("--seeds", "9..1").status == .exited(2))
        let hidden = try simulate("--planted", "watermarkCoversLearned", "--seed", "1")
        #expect(hidden.status == .exited(1), "\(hidden)")
        #expect(hidden.error.contains("was not found"))
    }
}

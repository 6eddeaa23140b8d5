import Testing

@testable import DecreePages

@Suite("Ways")
struct WayTests {
    @Test("A way is read as it is written", arguments: ["", "3.2", "0.0", "3.2-17.0-18.1"])
    func text(text: String) throws {
        #expect(try #require(Way(text)).description == text)
    }

    @Test(
        "What is no way is refused",
        arguments: [
            "3", "3.", ".2", "3.2-", "-3.2", "3.2-3.1", "3.2-1.0", "a.b", "3.2.1", "+3.2", "3.-2", "9999999999.1",
            "３.2", " 3.2",
        ])
    func nonsense(text: String) { #expect(Way(text) == nil) }

    @Test("Who turns forgets what was turned to there and later")
    func turning() throws {
        let way = try #require(Way("3.2-7.1-9.0"))
        #expect(way.turning(Way.Turn(step: 7, branch: 4))?.description == "3.2-7.4")
        #expect(way.turning(Way.Turn(step: 8, branch: 0))?.description == "3.2-7.1-8.0")
        #expect(way.turning(Way.Turn(step: 0, branch: 5))?.description == "0.5")
        #expect(way.upTo(step: 9).description == "3.2-7.1" && way.upTo(step: 3) == Way())
    }

    @Test("Nobody turns for ever")
    func limit() {
        var way: Way? = Way()
        for step in 0..<Way.maximumTurns { way = way?.turning(Way.Turn(step: step, branch: 0)) }
        #expect(way?.turns.count == Way.maximumTurns && way?.turning(Way.Turn(step: 999, branch: 0)) == nil)
        let text = (0...Way.maximumTurns).map { "\($0).0" }.joined(separator: "-")
        #expect(Way(text) == nil)
    }
}

/// A run of three steps, each of which could be another word.
private struct Words: RunTree {
    func run(along way: Way) throws(WayProblem) -> RecordedRun {
        var run = makeRun()
        for turn in way.turns {
            guard turn.step < run.events.count else { throw .noStep(turn.step, of: run.events.count) }
            run.events[turn.step].text = "other \(turn.branch)"
        }
        run.way = RecordedWay(way, words: way.turns.map { "other \($0.branch)" }, places: way.turns.map(\.step))
        return run
    }

    func branches(behind step: Int, along way: Way) throws(WayProblem) -> [Branch] {
        guard step < 5 else { throw .noStep(step, of: 5) }
        return [Branch(.arrival, "as \(way)", isTaken: true), Branch(.fault, "<other>")]
    }
}

@Suite("Who is asked for other ways")
struct RunDeskTests {
    private let desk = RunDesk(Words(), port: 4711)

    private func ask(_ target: String, host: String? = "127.0.0.1:4711") -> RunDesk.Answer {
        desk.answer(RunDesk.Question("GET", target, host: host))
    }

    @Test("The run is a page, and so is another way, alone and beside it")
    func pages() {
        let run = ask("/")
        #expect(run.status == 200 && run.type.hasPrefix("text/html") && run.text.contains("connect-src 'self'"))
        #expect(run.text.contains(#""way":{"before":0}"#) && !run.text.contains(#""difference":"#))
        let other = ask("/?way=2.1")
        #expect(other.text.contains(#""way":{"text":"2.1","steps":[2],"places":[2],"words":["other 1"],"before":0}"#))
        #expect(other.text.contains(#""difference":2"#))
        let both = ask("/?way=2.1&beside=1")
        #expect(both.text.contains(#"\"difference\":2"#) && both.text.contains(#","way":{"text":"2.1""#))
    }

    @Test("What else can happen is a list")
    func branches() {
        let answer = ask("/branches?way=2.1&step=3")
        #expect(answer.status == 200 && answer.type == "application/json")
        let list = #"[{"group":"arrival","text":"as 2.1","taken":true},{"group":"fault","text":"\u003cother\u003e"}]"#
        #expect(answer.text == list)
    }

    @Test(
        "What cannot be answered is told in a line",
        arguments: [
            ("/?way=x", 400, "no way"), ("/branches?step=-1", 400, "a step"), ("/branches?way=", 400, "a step"),
            ("/branches?step=9", 422, "there is no step 9: the run has 5"), ("/?way=7.0", 422, "there is no step 7"),
            ("/other", 404, "nothing"), ("", 404, "nothing"), ("//?way=", 404, "nothing"),
        ])
    func refusals(target: String, status: Int, words: String) {
        let answer = ask(target)
        #expect(answer.status == status && answer.type.hasPrefix("text/plain"), "\(answer)")
        #expect(answer.text.hasPrefix("decree: ") && answer.text.contains(words), "\(answer)")
    }

    @Test("Who asks for another host gets nothing")
    func hosts() {
        for host in ["127.0.0.1:4711", "localhost:4711", "LOCALHOST:4711", "[::1]:4711"] {
            #expect(ask("/", host: host).status == 200, "\(host)")
        }
        for host in [
            nil, "", "example.org", "example.org:4711", "127.0.0.1", "127.0.0.1:80", "localhost:4711.example.org",
        ] {
            #expect(ask("/", host: host).status == 421, "\(host ?? "none")")
        }
        let usual = RunDesk(Words(), port: 80)
        #expect(usual.answer(RunDesk.Question("GET", "/", host: "localhost")).status == 200)
    }

    @Test("Whom another page sent gets nothing, unless somebody follows a link")
    func origins() {
        func status(_ change: (inout RunDesk.Question) -> Void) -> Int {
            var question = RunDesk.Question("GET", "/branches?step=1", host: "127.0.0.1:4711")
            change(&question)
            return desk.answer(question).status
        }
        #expect(status { $0.origin = "http://127.0.0.1:4711" } == 200)
        for origin in ["null", "http://example.org", "https://127.0.0.1:4711", "http://127.0.0.1:4712"] {
            #expect(status { $0.origin = origin } == 403, "\(origin)")
        }
        #expect(status { $0.site = "same-origin" } == 200 && status { $0.site = "none" } == 200)
        #expect(status { $0.site = "cross-site" } == 403 && status { $0.site = "same-site" } == 403)
        #expect(status { ($0.site, $0.mode) = ("cross-site", "no-cors") } == 403)
        #expect(status { ($0.site, $0.mode) = ("cross-site", "navigate") } == 200)
    }

    @Test("Only GET and HEAD are answered")
    func methods() {
        for (method, status) in [("GET", 200), ("HEAD", 200), ("POST", 405), ("DELETE", 405), ("get", 405)] {
            #expect(desk.answer(RunDesk.Question(method, "/", host: "localhost:4711")).status == status, "\(method)")
        }
    }
}

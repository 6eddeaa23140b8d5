import Testing

@testable import DecreePages

/// Two nodes; the first says something to the second, twice, and once in vain.
func makeRun(text: String = "hello") -> RecordedRun {
    let kinds = [
        RecordedKind(name: "wish", sign: "?", family: .client, meaning: ""),
        RecordedKind(name: "word", sign: "w", family: .accept, meaning: "Somebody says something."),
    ]
    var run = RecordedRun(
        title: text, origin: "a test", command: "none",
        nodes: [RecordedNode(name: "node 0"), RecordedNode(name: "node 1")], kinds: kinds)
    run.events = [
        RecordedEvent(node: 0, kind: 0, text: text), RecordedEvent(node: 1, kind: 0, text: "own"),
        RecordedEvent(node: 1, kind: 1, text: text), RecordedEvent(node: 0, kind: 0, text: "again"),
        RecordedEvent(node: 1, kind: 1, text: "late"),
    ]
    run.events[2].message = 0
    run.events[4].message = 1
    run.messages = [
        RecordedMessage(from: 0, to: 1, kind: 1, text: text, sentBy: 0),
        RecordedMessage(from: 0, to: 1, kind: 1, text: "late", sentBy: 0),
        RecordedMessage(from: 0, to: 1, kind: 1, text: "never", sentBy: 3),
    ]
    run.messages[0].fate = .arrived(2)
    run.messages[1].fate = .arrived(4)
    run.messages[2].fate = .lost(4)
    return run
}

@Suite("What happened before")
struct CausalityTests {
    @Test("The causes of an event are the one before at its node and the one that sent what arrives")
    func causes() {
        #expect(makeRun().causes == [[], [], [0, 1], [0], [0, 2]])
    }

    @Test("A clock counts what is known of each node")
    func clocks() {
        #expect(makeRun().clocks == [[1, 0], [0, 1], [1, 2], [2, 0], [1, 3]])
    }

    @Test("A message that a node sends to itself has one cause")
    func ownMessage() {
        var run = makeRun()
        run.events[3].message = 0
        #expect(run.causes[3] == [0])
    }
}

@Suite("A run as JSON")
struct RunJSONTests {
    @Test("Names are short, and what says nothing is left out")
    func short() {
        let json = makeRun().json
        #expect(json.contains(#"{"n":0,"k":0,"t":"hello"},{"n":1,"k":0,"t":"own"},"#), "no empty lists")
        #expect(json.contains(#"{"n":1,"k":1,"t":"hello","m":0,"c":[0,1]}"#))
        #expect(json.contains(#"{"a":0,"b":1,"k":1,"t":"hello","s":0,"r":2}"#))
        #expect(json.contains(#"{"a":0,"b":1,"k":1,"t":"never","s":3,"x":4}"#))
        #expect(!json.contains("verdict") && !json.contains("folded"))
    }

    @Test("What a node holds, votes, judgements and the verdict are told")
    func whole() {
        var run = makeRun()
        run.verdict = RecordedVerdict(holds: false, text: "It breaks", reasons: ["Why."])
        run.changes = [RecordedChange(file: "A.swift", former: "", new: "b")]
        run.events[2].facts = [RecordedFact("accepted", "A"), RecordedFact("decided", "A", weight: .decided)]
        run.events[2].voting = [
            RecordedBallot(ballot: "1.0", value: "A", voters: [0, 1], undecided: [], state: .chosen)
        ]
        run.events[2].judgement = RecordedJudgement(isSafe: true, lines: ["Any value is safe."])
        run.events[2].nanoseconds = 7
        let json = run.json
        let parts = [
            #""verdict":{"text":"It breaks","reasons":["Why."]}"#, #""changes":[{"file":"A.swift","new":"b"}]"#,
            #""at":7,"f":[["accepted","A"],["decided","A","decided"]]"#,
            #""v":[{"ballot":"1.0","value":"A","voters":[0,1],"state":"chosen"}]"#,
            #""j":{"safe":true,"lines":["Any value is safe."]}"#,
        ]
        for part in parts { #expect(json.contains(part), "\(part): \(json)") }
    }

    static let hostile = [
        "</script><script>alert(1)</script>", "<!--<script>", "\" , \\ \n \t \u{0} \u{1F} \u{7F}", "\u{2028}\u{2029}",
        "&lt;",
        "@@script@@", "]]>", "é 🙂 \u{202E}",
    ]

    @Test("No text ends the element that it stands in", arguments: hostile)
    func escaped(text: String) {
        let json = makeRun(text: text).json
        for sign in ["<", ">", "&", "\u{2028}", "\u{2029}", "\n", "\t", "\u{0}"] {
            #expect(!json.unicodeScalars.contains(Unicode.Scalar(sign)!), "\(json)")
        }
    }

    @Test("Signs are written as JSON has them")
    func signs() {
        var json = JSONText()
        json.string("a\"\\\n\u{1}<é🙂")
        #expect(json.text == #""a\"\\\n\u0001\u003cé🙂""#)
    }

    @Test("Lists and objects in each other have their commas, and what says nothing is left out")
    func nested() {
        struct Lists: JSONValue {
            func write(into json: inout JSONText) {
                json.object { json in
                    json.field("a", [[1, 2], [], [3]].map(Numbers.init))
                    json.field("b", "c")
                    json.field("none", Int?.none)
                    json.field("empty", [String]())
                    json.field("said", orNone: [String]())
                    json.field("unsaid", orNone: [String]?.none)
                }
            }
        }
        struct Numbers: JSONValue {
            let numbers: [Int]
            func write(into json: inout JSONText) { json.array(numbers) }
        }
        #expect(JSONText(Lists()).text == #"{"a":[[1,2],[],[3]],"b":"c","said":[]}"#)
    }
}

@Suite("A page")
struct RunPageTests {
    @Test("It is one file that asks for nothing outside of it")
    func selfContained() {
        let page = RunPage.html(makeRun())
        #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
        #expect(page.contains("default-src 'none'") && !page.contains("connect-src"))
        for sign in ["http://", "https://", "src=", "@import", "url("] {
            #expect(page.replacing("http://www.w3.org/2000/svg", with: "").contains(sign) == false, "\(sign)")
        }
        #expect(!page.contains("@@"), "every place is filled")
    }

    @Test("Two pages in one are texts of it, each whole")
    func pair() {
        let page = RunPage.html(makeRun(), beside: makeRun(text: "</script>"))
        #expect(page.split(separator: "</script").count == 3 && page.split(separator: "<script").count == 3)
        #expect(!page.contains("@@") && page.contains("default-src 'none'"))
        #expect(page.contains(#"<title>hello, beside &lt;/script&gt; · Decree</title>"#))
        #expect(page.split(separator: #"\u003c!doctype html\u003e"#).count == 3)
    }

    @Test("A page that is served may ask whoever served it, and nobody else")
    func asks() {
        var run = makeRun()
        run.way = RecordedWay(Way(), words: [], places: [])
        for page in [RunPage.html(run), RunPage.html(makeRun(), beside: run)] {
            #expect(page.contains("default-src 'none'; ") && page.contains("; connect-src 'self'\">"))
        }
    }

    @Test("Hostile texts stay texts", arguments: RunJSONTests.hostile)
    func hostile(text: String) {
        let usual = RunPage.html(makeRun())
        let page = RunPage.html(makeRun(text: text))
        for tag in ["<script", "</script", "<!--"] {
            #expect(page.split(separator: tag).count == usual.split(separator: tag).count, "\(tag)")
        }
        #expect(page.contains("<title>\(PageTemplate.escaped(text)) · Decree</title>"))
    }
}

// What the viewer reads: names are short where there are many of them. Viewer/model.js says the same from its side.
extension RecordedRun {
    /// The run as JSON, which may stand in a page as it is.
    public var json: String {
        var json = JSONText()
        json.object { json in
            json.field("title", title)
            json.field("origin", origin)
            json.field("introduction", introduction)
            json.field("command", command)
            json.field("difference", difference)
            json.field("changes") { $0.array(changes) { $1.write(into: &$0) } }
            if let verdict { json.field("verdict") { verdict.write(into: &$0) } }
            json.field("nodes") { $0.array(nodes) { $1.write(into: &$0) } }
            json.field("kinds") { $0.array(kinds) { $1.write(into: &$0) } }
            let causes = causes
            json.field("events") { json in
                json.array(Array(events.enumerated())) { $1.element.write(causes: causes[$1.offset], into: &$0) }
            }
            json.field("messages") { $0.array(messages) { $1.write(into: &$0) } }
        }
        return json.text
    }
}

extension RecordedChange {
    fileprivate func write(into json: inout JSONText) {
        json.object { json in
            json.field("file", file)
            json.field("former", former)
            json.field("new", new)
        }
    }
}

extension RecordedVerdict {
    fileprivate func write(into json: inout JSONText) {
        json.object { json in
            json.field("holds", holds)
            json.field("text", text)
            json.field("reasons", reasons)
        }
    }
}

extension RecordedNode {
    fileprivate func write(into json: inout JSONText) {
        json.object { json in
            json.field("name", name)
            json.field("role", role)
            if !facts.isEmpty { json.field("f") { $0.array(facts) { $1.write(into: &$0) } } }
        }
    }
}

extension RecordedKind {
    fileprivate func write(into json: inout JSONText) {
        json.object { json in
            json.field("name", name)
            json.field("sign", sign)
            json.field("family", family.rawValue)
            json.field("meaning", meaning)
            json.field("folded", isFolded)
            guard let handler else { return }
            json.field("handler", handler.name)
            json.field("file", handler.file)
            json.field("section", handler.section)
            json.field("action", handler.action)
        }
    }
}

extension RecordedEvent {
    fileprivate func write(causes: [Int], into json: inout JSONText) {
        json.object { json in
            json.field("n", node)
            json.field("k", kind)
            json.field("t", text)
            json.field("q", consequences)
            json.field("m", message)
            json.field("c", causes)
            json.field("at", nanoseconds.map { Int($0) })
            if let facts { json.field("f") { $0.array(facts) { $1.write(into: &$0) } } }
            if let voting { json.field("v") { $0.array(voting) { $1.write(into: &$0) } } }
            if let judgement { json.field("j") { judgement.write(into: &$0) } }
        }
    }
}

extension RecordedFact {
    /// A list of its parts.
    fileprivate func write(into json: inout JSONText) {
        json.array([name, value] + (weight == .usual ? [] : [weight.rawValue])) { $0.string($1) }
    }
}

extension RecordedBallot {
    fileprivate func write(into json: inout JSONText) {
        json.object { json in
            json.field("ballot", ballot)
            json.field("value", value)
            json.field("voters", voters)
            json.field("undecided", undecided)
            json.field("state", state.rawValue)
        }
    }
}

extension RecordedJudgement {
    fileprivate func write(into json: inout JSONText) {
        json.object { json in
            json.field("safe", isSafe)
            json.field("lines", lines)
        }
    }
}

extension RecordedMessage {
    fileprivate func write(into json: inout JSONText) {
        json.object { json in
            json.field("a", from)
            json.field("b", to)
            json.field("k", kind)
            json.field("t", text)
            json.field("s", sentBy)
            switch fate {
            case .arrived(let event): json.field("r", event)
            case .lost(let event): json.field("x", event)
            case .underWay: break
            }
        }
    }
}

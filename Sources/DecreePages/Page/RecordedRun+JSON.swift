// What the viewer reads: names are short where there are many of them. Viewer/model.js says the same from its side.

extension RecordedRun: JSONValue {
    /// The run as JSON, which may stand in a page as it is.
    public var json: String { JSONText(self).text }

    func write(into json: inout JSONText) {
        json.object { json in
            json.field("title", title)
            json.field("origin", origin)
            json.field("introduction", introduction)
            json.field("command", command)
            json.field("difference", difference)
            json.field("way", way)
            json.field("changes", changes)
            json.field("verdict", verdict)
            json.field("nodes", nodes)
            json.field("kinds", kinds)
            json.field("events", zip(events, causes).map(CausedEvent.init))
            json.field("messages", messages)
        }
    }
}

extension RecordedWay: JSONValue {
    func write(into json: inout JSONText) {
        json.object { json in
            json.field("text", "\(way)")
            json.field("steps", way.turns.map(\.step))
            json.field("places", places)
            json.field("words", words)
            json.field("before", before)
        }
    }
}

extension RecordedChange: JSONValue {
    func write(into json: inout JSONText) {
        json.object { json in
            json.field("file", file)
            json.field("former", former)
            json.field("new", new)
        }
    }
}

extension RecordedVerdict: JSONValue {
    func write(into json: inout JSONText) {
        json.object { json in
            json.field("holds", holds)
            json.field("text", text)
            json.field("reasons", reasons)
        }
    }
}

extension RecordedNode: JSONValue {
    func write(into json: inout JSONText) {
        json.object { json in
            json.field("name", name)
            json.field("role", role)
            json.field("f", facts)
        }
    }
}

extension RecordedKind: JSONValue {
    func write(into json: inout JSONText) {
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

/// An event with what happened right before it.
private struct CausedEvent: JSONValue {
    let event: RecordedEvent
    let causes: [Int]

    func write(into json: inout JSONText) {
        json.object { json in
            json.field("n", event.node)
            json.field("k", event.kind)
            json.field("t", event.text)
            json.field("q", event.consequences)
            json.field("m", event.message)
            json.field("c", causes)
            json.field("at", event.nanoseconds.map { Int($0) })
            json.field("f", orNone: event.facts)
            json.field("v", orNone: event.voting)
            json.field("j", event.judgement)
        }
    }
}

extension RecordedFact: JSONValue {
    /// A list of its parts.
    func write(into json: inout JSONText) {
        json.array([name, value] + (weight == .usual ? [] : [weight.rawValue]))
    }
}

extension RecordedBallot: JSONValue {
    func write(into json: inout JSONText) {
        json.object { json in
            json.field("slot", slot)
            json.field("ballot", ballot)
            json.field("value", value)
            json.field("voters", voters)
            json.field("undecided", undecided)
            json.field("state", state.rawValue)
        }
    }
}

extension RecordedJudgement: JSONValue {
    func write(into json: inout JSONText) {
        json.object { json in
            json.field("safe", isSafe)
            json.field("lines", lines)
        }
    }
}

extension RecordedMessage: JSONValue {
    func write(into json: inout JSONText) {
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

extension Branch: JSONValue {
    func write(into json: inout JSONText) {
        json.object { json in
            json.field("group", group.rawValue)
            json.field("text", text)
            json.field("taken", isTaken)
        }
    }
}

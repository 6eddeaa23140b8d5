/// Something that is told to a page.
protocol JSONValue {
    func write(into json: inout JSONText)
}

extension Int: JSONValue {
    func write(into json: inout JSONText) { json.append("\(self)") }
}

extension String: JSONValue {
    func write(into json: inout JSONText) { json.string(self) }
}

/// Writes JSON that may stand inside of a page, whatever the texts are.
///
/// No text ends the element that it stands in, or begins another: `<` and `>` and `&` are written as numbers, as are the
/// two ends of line that JSON knows and old scripts do not.
struct JSONText {
    private(set) var text = ""
    private var isFirst = true

    init() {}

    /// A whole value.
    init(_ value: some JSONValue) { value.write(into: &self) }

    mutating func object(_ fill: (inout JSONText) -> Void) { wrap("{", "}", fill) }

    mutating func array(_ values: [some JSONValue]) {
        wrap("[", "]") { json in
            for value in values {
                json.separate()
                value.write(into: &json)
            }
        }
    }

    private mutating func wrap(_ start: String, _ end: String, _ fill: (inout JSONText) -> Void) {
        text += start
        isFirst = true
        fill(&self)
        text += end
        isFirst = false
    }

    /// A comma before all but the first.
    private mutating func separate() {
        if !isFirst { text += "," }
        isFirst = false
    }

    // MARK: Fields

    private mutating func begin(_ name: StaticString) {
        separate()
        text += "\"\(name)\":"
    }

    /// What there is not is left out.
    mutating func field(_ name: StaticString, _ value: (some JSONValue)?) {
        guard let value else { return }
        begin(name)
        value.write(into: &self)
    }

    /// An empty text is left out.
    mutating func field(_ name: StaticString, _ value: String) {
        guard !value.isEmpty else { return }
        begin(name)
        string(value)
    }

    /// Only what is true is said.
    mutating func field(_ name: StaticString, _ value: Bool) {
        guard value else { return }
        begin(name)
        append("true")
    }

    /// An empty list is left out.
    mutating func field(_ name: StaticString, _ values: [some JSONValue]) {
        if !values.isEmpty { list(name, values) }
    }

    /// A list that may be empty, where that says something else than that there is none.
    mutating func field(_ name: StaticString, orNone values: [some JSONValue]?) {
        if let values { list(name, values) }
    }

    private mutating func list(_ name: StaticString, _ values: [some JSONValue]) {
        begin(name)
        array(values)
    }

    // MARK: Values

    /// A number, or a word of JSON.
    mutating func append(_ word: String) { text += word }

    mutating func string(_ value: String) {
        text += "\""
        for scalar in value.unicodeScalars { append(scalar) }
        text += "\""
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\n": text += "\\n"
        case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{7F}": escape(scalar)
        case _ where scalar.value < 0x20: escape(scalar)
        default: text.unicodeScalars.append(scalar)
        }
    }

    private mutating func escape(_ scalar: Unicode.Scalar) {
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

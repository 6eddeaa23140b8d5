/// Writes JSON that may stand inside of a page, whatever the texts are.
///
/// No text ends the element that it stands in, or begins another: `<` and `>` and `&` are written as numbers, as are the
/// two ends of line that JSON knows and old scripts do not.
struct JSONText {
    private(set) var text = ""
    private var isFirst = true

    mutating func object(_ fill: (inout JSONText) -> Void) { wrap("{", "}", fill) }

    mutating func array(_ fill: (inout JSONText) -> Void) { wrap("[", "]", fill) }

    mutating func array<Element>(_ elements: [Element], _ write: (inout JSONText, Element) -> Void) {
        array { json in
            for element in elements {
                json.separate()
                json.isFirst = true
                write(&json, element)
                json.isFirst = false
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

    mutating func field(_ name: StaticString, _ write: (inout JSONText) -> Void) {
        separate()
        text += "\"\(name)\":"
        write(&self)
        isFirst = false
    }

    /// An empty text is left out.
    mutating func field(_ name: StaticString, _ value: String) {
        if !value.isEmpty { field(name) { $0.string(value) } }
    }

    /// No number is left out.
    mutating func field(_ name: StaticString, _ value: Int?) {
        if let value { field(name) { $0.number(value) } }
    }

    /// Only what is true is said.
    mutating func field(_ name: StaticString, _ value: Bool) {
        if value { field(name) { $0.text += "true" } }
    }

    /// An empty list is left out.
    mutating func field(_ name: StaticString, _ values: [String]) {
        if !values.isEmpty { field(name) { $0.array(values) { $0.string($1) } } }
    }

    mutating func field(_ name: StaticString, _ values: [Int]) {
        if !values.isEmpty { field(name) { $0.array(values) { $0.number($1) } } }
    }

    // MARK: Values

    mutating func number(_ value: Int) { text += "\(value)" }

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

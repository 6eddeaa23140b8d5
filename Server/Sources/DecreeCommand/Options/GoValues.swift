/// Values as Go's flag parser reads them, because scripts were written for it.
enum GoValues {
    /// - Source: Go, `strconv.ParseBool`.
    static func bool(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }

    /// Decimal, or with one of the prefixes 0x, 0o, 0 (octal as well) and 0b; underscores may separate digits.
    /// - Source: Go, `strconv.ParseInt` with base 0; the Go specification, "Integer literals".
    static func integer(_ text: String) -> Int? {
        let isNegative = text.hasPrefix("-")
        let digits = (isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]).lowercased()
        let radixes = [("0x", 16), ("0o", 8), ("0b", 2)]
        let prefixed = radixes.first { digits.hasPrefix($0.0) }.map { (digits.dropFirst(2), $0.1) }
        let isOctal = digits.count > 1 && digits.hasPrefix("0")
        let (body, radix) = prefixed ?? (isOctal ? (digits.dropFirst(1), 8) : (digits[...], 10))
        // Behind a prefix a separator may come first, and nowhere last or twice.
        let separated = prefixed != nil || isOctal ? "0" + body : String(body)
        guard !body.isEmpty, !separated.hasPrefix("_"), !separated.hasSuffix("_"), !separated.contains("__"),
            separated.allSatisfy({ $0 == "_" || $0.isHexDigit })
        else { return nil }
        return Int((isNegative ? "-" : "") + separated.replacing("_", with: ""), radix: radix)
    }

    /// Nanoseconds of a duration such as `300ms`, `-1.5h` or `2h45m`.
    /// - Source: Go, `time.ParseDuration`.
    static func duration(_ text: String) -> Duration? {
        var rest = text[...]
        let isNegative = rest.first == "-"
        if let sign = rest.first, "+-".contains(sign) { rest = rest.dropFirst() }
        if rest == "0" { return .zero }
        guard !rest.isEmpty else { return nil }
        var nanoseconds = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !$0.isNumber && $0 != "." }
            rest = rest.dropFirst(unit.count)
            guard let amount = Double(number), let size = nanosecondsPerUnit[String(unit)] else { return nil }
            nanoseconds += amount * size
        }
        guard nanoseconds < 9.2e18 else { return nil }
        return .nanoseconds(Int64((isNegative ? -nanoseconds : nanoseconds).rounded()))
    }

    private static let nanosecondsPerUnit: [String: Double] = [
        "ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
    ]

    /// The parts of a list separated by commas, without the blanks around them; nothing for the empty text.
    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}

import ArgumentParser
import Foundation

/// Which keys a command is about.
struct KeyArguments: ParsableArguments {
    @Argument(help: "The key, or the first one of a range.")
    var key: String

    @Argument(help: "Where the range ends; this key is not in it any more.")
    var rangeEnd: String?

    @Flag(help: "All keys that begin with the key given.")
    var prefix = false

    @Flag(help: "All keys from the key given on.")
    var fromKey = false

    @Flag(help: "The key and the range end are given as hexadecimal digits, two for each byte.")
    var hex = false

    init() {}

    init(key: String, rangeEnd: String? = nil, prefix: Bool = false, fromKey: Bool = false) {
        (self.key, self.rangeEnd, self.prefix, self.fromKey) = (key, rangeEnd, prefix, fromKey)
    }

    func validate() throws {
        if [prefix, fromKey, rangeEnd != nil].filter({ $0 }).count > 1 {
            throw ValidationError("give only one of: a range end, --prefix, --from-key")
        }
        try KeyText.validate([key] + (rangeEnd.map { [$0] } ?? []), isHex: hex)
    }

    /// Whether it names one key rather than a range.
    var isSingleKey: Bool { !prefix && !fromKey && rangeEnd == nil }

    /// Key and range end as they travel.
    var range: (key: Data, end: Data) {
        let key = KeyText.bytes(self.key, isHex: hex)
        if fromKey { return (key.isEmpty ? Data([0]) : key, Data([0])) }
        if prefix { return key.isEmpty ? (Data([0]), Data([0])) : (key, Self.end(ofPrefix: key)) }
        return (key, KeyText.bytes(rangeEnd ?? "", isHex: hex))
    }

    /// The first key behind all that begin with `prefix`.
    static func end(ofPrefix prefix: Data) -> Data {
        var end = Array(prefix)
        while end.last == 0xFF { end.removeLast() }
        guard let last = end.last else { return Data([0]) }
        end[end.count - 1] = last + 1
        return Data(end)
    }
}

/// Keys as they are written on a command line: text, or with `--hex` any bytes.
enum KeyText {
    static func validate(_ texts: [String], isHex: Bool) throws {
        for text in texts where isHex && hexadecimal(text) == nil {
            throw ValidationError("--hex takes pairs of hexadecimal digits, not '\(text)'")
        }
    }

    /// - Parameter text: One that was validated.
    static func bytes(_ text: String, isHex: Bool) -> Data {
        isHex ? Data(hexadecimal(text) ?? []) : Data(text.utf8)
    }

    private static func hexadecimal(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Character(UnicodeScalar(digits[index])).hexDigitValue,
                let low = Character(UnicodeScalar(digits[index + 1])).hexDigitValue
            else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }
}

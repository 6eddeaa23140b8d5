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

    init() {}

    init(key: String, rangeEnd: String? = nil, prefix: Bool = false, fromKey: Bool = false) {
        (self.key, self.rangeEnd, self.prefix, self.fromKey) = (key, rangeEnd, prefix, fromKey)
    }

    func validate() throws {
        if [prefix, fromKey, rangeEnd != nil].filter({ $0 }).count > 1 {
            throw ValidationError("give only one of: a range end, --prefix, --from-key")
        }
    }

    /// Whether it names one key rather than a range.
    var isSingleKey: Bool { !prefix && !fromKey && rangeEnd == nil }

    /// Key and range end as they travel.
    var range: (key: Data, end: Data) {
        let key = Data(self.key.utf8)
        if fromKey { return (key.isEmpty ? Data([0]) : key, Data([0])) }
        if prefix { return key.isEmpty ? (Data([0]), Data([0])) : (key, Self.end(ofPrefix: key)) }
        return (key, Data((rangeEnd ?? "").utf8))
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

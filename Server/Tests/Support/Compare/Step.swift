/// One command line of etcdctl in a script that both servers must answer alike.
public struct Step: Sendable {
    public enum Client: Sendable {
        /// Debian's etcdctl, of the 3.4 line.
        case debian
        /// The etcdctl of the 3.5 line, for flags that the older one does not know.
        case newer
    }

    /// Words as a shell would split them; single quotes keep blanks. `{now}` and `{now-3}` stand for revisions.
    public let line: String
    public var input: String?
    public var client = Client.debian
    /// Asked of all endpoints at once instead of one.
    public var asksAll = false
    /// Whether the order of lines, or of the elements of JSON arrays, is the server's or the client's own affair.
    public var isUnordered = false

    public static func run(_ line: String, input: String? = nil) -> Step { Step(line: line, input: input) }
    public static func newer(_ line: String) -> Step { Step(line: line, client: .newer) }
    public static func all(_ line: String) -> Step { Step(line: line, asksAll: true, isUnordered: true) }
    public static func unordered(_ line: String) -> Step { Step(line: line, isUnordered: true) }

    private init(
        line: String, input: String? = nil, client: Client = .debian, asksAll: Bool = false, isUnordered: Bool = false
    ) {
        self.line = line
        self.input = input
        self.client = client
        self.asksAll = asksAll
        self.isUnordered = isUnordered
    }

    /// The words of the line, with revisions filled in.
    public func words(now: Int64) -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        for character in filledIn(now: now) {
            switch character {
            case "'":
                isQuoted.toggle()
                word = word ?? ""
            case " " where !isQuoted:
                if let finished = word { words.append(finished) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }

    private func filledIn(now: Int64) -> String {
        line.replacing(#/\{now(?:([+-])(\d+))?\}/#) { match in
            let distance = match.2.flatMap { Int64($0) } ?? 0
            return String(match.1 == "-" ? now - distance : now + distance)
        }
    }
}

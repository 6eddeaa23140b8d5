/// What can be sent to the replicas of a state machine: each input, the whole state behind it, or what that differs by from the
/// state before. All lead to the same state; they differ in bytes, and in who has to work.
///
/// The log of this project holds inputs. A snapshot is the second way, taken once in a while, for whoever is too far behind.
/// - Source: the first of the texts ("State Machine Replication"); Docs/FROM-THE-TEXTS.md, 1.9 and 1.10.
public struct ReplicationWays: Hashable, Sendable {
    /// An input, and how many bytes each way takes for it.
    public struct Row: Hashable, Sendable {
        /// In words.
        public let text: String
        /// The input itself.
        public let input: Int
        /// The whole state behind it.
        public let state: Int
        /// What that differs by from the state before.
        public let difference: Int
    }

    /// As it is called on a command line.
    public static let name = "ways"

    /// In order.
    public let rows: [Row]
    /// Three replicas, each of which was told in one of the ways, hold the same in the end as the one that told them.
    public let agree: Bool

    /// Carries out some inputs, and replicates each in the three ways.
    public init() {
        var (origin, byInputs, byStates, byDifferences) = (Notes(), Notes(), Notes(), Notes())
        rows = Self.inputs.map { input, text in
            let next = origin.applying(input)
            let changes = next.changes(since: origin)
            origin = next
            byInputs = byInputs.applying(input)
            byStates = next
            byDifferences = byDifferences.applying(changes)
            return Row(
                text: text, input: input.bytes.count, state: next.bytes.count,
                difference: Notes.bytes(of: changes).count)
        }
        agree = byInputs == origin && byStates == origin && byDifferences == origin
    }

    /// All together.
    public var sum: Row {
        Row(
            text: "all together", input: rows.reduce(0) { $0 + $1.input }, state: rows.reduce(0) { $0 + $1.state },
            difference: rows.reduce(0) { $0 + $1.difference })
    }

    private static let poem =
        "Early in this millennium, the Aegean island of Paxos was a thriving mercantile center. "

    private static let inputs: [(Notes.Input, String)] = [
        (.put("title", "The Part-Time Parliament"), "put a title"),
        (.put("text", poem), "put a text of \(poem.utf8.count) bytes"),
        (.append("text", "Wealth led to political sophistication. "), "append a sentence to it"),
        (.putIfAbsent("title", "Paxos Made Simple"), "put a title unless there is one"),
        (.copy("text", to: "copy"), "copy the text"),
        (.repeats("copy", times: 8), "repeat the copy 8 times"),
        (.capitalize, "put everything in capitals"),
        (.remove("copy"), "remove the copy"),
    ]
}

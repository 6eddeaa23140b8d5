import Foundation

/// Replaces in a client's output what may differ between two clusters that do the same: ids, ports, terms, log
/// indexes, sizes, hashes, times and the version. All else, revisions above all, stays as it is.
public struct Normalizer: Sendable {
    /// The ids and addresses of one cluster and the names that stand for them, longest first.
    private let names: [(text: String, name: String)]

    public init(_ cluster: ServerCluster) throws {
        var names: [(String, String)] = []
        for node in cluster.nodes {
            let header = try node.client().status().header
            names.append((String(header.memberID), "<id of \(node.name)>"))
            names.append((String(header.memberID, radix: 16), "<id of \(node.name)>"))
            names.append((String(header.clusterID), "<cluster>"))
            names.append((":\(node.clientPort)", ":<client port of \(node.name)>"))
            names.append((":\(node.peerPort)", ":<peer port of \(node.name)>"))
        }
        self.names = names.sorted { $0.0.count > $1.0.count }
    }

    public func normalize(_ result: CommandResult, isUnordered: Bool) -> String {
        let words = result.command
        let isProtobuf = words.contains("protobuf") && result.succeeded
        let output = isProtobuf ? describe(protobuf: result.outputBytes) : text(result.output)
        let error = text(result.error)
        return isUnordered
            ? "\(result.status)\n\(sort(output))\n--- stderr\n\(sort(error))"
            : "\(result.status)\n\(output)\n--- stderr\n\(error)"
    }

    private func text(_ raw: String) -> String {
        var text = raw
        for (found, name) in names { text = text.replacing(found, with: name) }
        for (pattern, replacement) in Self.patterns { text = text.replacing(pattern, with: replacement) }
        return text
    }

    private static var patterns: [(Regex<Substring>, String)] {
        [
            (#/"raft_term":\d+/#, #""raft_term":<term>"#),
            (#/"RaftTerm" : \d+/#, #""RaftTerm" : <term>"#),
            (#/"raft(?:Term|Index|AppliedIndex)":\d+/#, #""raft":<index>"#),
            (#/"Raft(?:Index|AppliedIndex)" : \d+/#, #""Raft" : <index>"#),
            (#/"(?:dbSize|dbSizeInUse)":\d+/#, #""dbSize":<size>"#),
            (#/"DBSize" : \d+/#, #""DBSize" : <size>"#),
            (#/\d+(?:\.\d+)? [kM]?B/#, "<size>"),
            (#/"hash":\d+/#, #""hash":<hash>"#),
            (#/"Hash" : \d+/#, #""Hash" : <hash>"#),
            (#/\b3\.(?:5|6)\.\d+\b/#, "<version>"),
            (#/"ts":"[^"]*"/#, #""ts":<time>"#),
            (#/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/#, "<uuid>"),
            (#/\b\d+(?:\.\d+)?(?:µs|ms|s)\b/#, "<duration>"),
            // Columns are as wide as their widest value.
            (#/-{3,}/#, "---"),
            (#/ {2,}/#, " "),
            // Term, index and applied index in a line of the status.
            (#/, \d+, \d+, \d+, /#, ", <term>, <index>, <index>, "),
            (#/\| \d+ \| \d+ \| \d+ \|/#, "| <term> | <index> | <index> |"),
        ]
    }

    // MARK: - Order

    private func sort(_ text: String) -> String {
        if let json = Self.sortedJSON(text) { return json }
        return text.split(separator: "\n", omittingEmptySubsequences: false).sorted().joined(separator: "\n")
    }

    /// JSON with the elements of every array in the order of their text; nil if it is no JSON. Placeholders such as
    /// `<term>` stand where numbers stood, so they are made strings first.
    private static func sortedJSON(_ text: String) -> String? {
        let quoted = text.replacing(#/":(<[^>]*>)/#) { "\":\"\($0.1)\"" }
        guard let value = try? JSONSerialization.jsonObject(with: Data(quoted.utf8)) else { return nil }
        return describe(json: value)
    }

    private static func describe(json: Any) -> String {
        switch json {
        case let array as [Any]: "[" + array.map(describe(json:)).sorted().joined(separator: ",\n") + "]"
        case let object as [String: Any]:
            "{" + object.map { "\($0.key):\(describe(json: $0.value))" }.sorted().joined(separator: ",") + "}"
        default: "\(json)"
        }
    }

    // MARK: - Protobuf

    /// The fields of a response, without the ids and the term in its header.
    private func describe(protobuf bytes: [UInt8]) -> String {
        guard let response = ProtoFields(bytes) else { return "no protobuf: \(bytes)" }
        return response.fields.map { field in
            guard field.number == 1, case .bytes(let header) = field.value, let fields = ProtoFields(header) else {
                return describe(field)
            }
            return "header " + fields.fields.filter { ![1, 2, 4].contains($0.number) }.map(describe).joined()
        }.joined(separator: "\n")
    }

    private func describe(_ field: (number: Int, value: ProtoFields.Value)) -> String {
        switch field.value {
        case .number(let number): "\(field.number)=\(number)"
        case .bytes(let bytes): "\(field.number)=\(bytes.map { String($0, radix: 16) }.joined(separator: " "))"
        }
    }
}

import DecreeNode
import DecreeWire
import PaxosBase

typealias Identity = NodeIdentity

/// The content of the file `identity`.
///
/// A line a field, so that an operator can read it, and a checksum, so that nobody edits it unawares.
extension NodeIdentity {
    /// Written by this version; a higher number is refused.
    static var format: UInt32 { 1 }
    private static var title: String { "decree data directory" }

    func encoded() -> [UInt8] {
        var text = "\(Self.title)\nformat: \(Self.format)\ncluster: \(hexadecimal(clusterID))\n"
        text += "node: \(hexadecimal(node.rawValue))\nstore: \(store)\nformed: \(formed == nil ? "no" : "yes")\n"
        text += "begun: \(hasBegun ? "yes" : "no")\n"
        for member in formed ?? [] { text += "member: \(hexadecimal(member.node.rawValue)) \(member.store)\n" }
        text += "checksum: \(Self.checksum(of: text))\n"
        return Array(text.utf8)
    }

    private static func checksum(of text: some StringProtocol) -> String {
        var hasher = StableHasher()
        hasher.combine(String(text))
        return hexadecimal(hasher.finalize())
    }

    /// Reads what ``encoded()`` wrote.
    /// - Parameter path: For the error's text.
    init(decoding bytes: [UInt8], path: String) throws(NodeError) {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n")
        guard lines.first.map(String.init) == Self.title else {
            throw .damaged(path: path, reason: "the first line is not that of an identity file")
        }
        guard let format = Self.values(of: "format", in: lines).first.flatMap({ UInt32($0) }) else {
            throw .damaged(path: path, reason: "there is no format number")
        }
        guard format <= Self.format else { throw .newerFormat(path: path, found: format, supported: Self.format) }
        guard let mark = text.range(of: "checksum: "),
            text[mark.upperBound...] == Self.checksum(of: text[..<mark.lowerBound]) + "\n"
        else { throw .damaged(path: path, reason: "the checksum does not match") }
        guard let cluster = Self.values(of: "cluster", in: lines).first.flatMap({ UInt64($0, radix: 16) }),
            let node = Self.values(of: "node", in: lines).first.flatMap({ UInt64($0, radix: 16) }),
            let store = Self.values(of: "store", in: lines).first.flatMap({ StoreID(String($0)) }),
            let isFormed = Self.values(of: "formed", in: lines).first
        else { throw .damaged(path: path, reason: "a field is missing") }
        self.init(clusterID: cluster, node: NodeID(node), store: store)
        hasBegun = Self.values(of: "begun", in: lines).first == "yes"
        guard isFormed == "yes" else { return }
        formed = []
        for value in Self.values(of: "member", in: lines) {
            let parts = value.split(separator: " ")
            guard parts.count == 2, let member = UInt64(parts[0], radix: 16), let id = StoreID(String(parts[1]))
            else { throw .damaged(path: path, reason: "a member line cannot be read") }
            formed?.append(FormedMember(node: NodeID(member), store: id))
        }
    }

    private static func values(of field: String, in lines: [Substring]) -> [Substring] {
        lines.filter { $0.hasPrefix("\(field): ") }.map { $0.dropFirst(field.utf8.count + 2) }
    }
}

extension String {
    /// Where `pattern` occurs last. (Foundation has one, which this module does without.)
    fileprivate func range(of pattern: String) -> Range<Index>? {
        var start = endIndex
        while start > startIndex {
            start = index(before: start)
            if self[start...].hasPrefix(pattern) { return start..<index(start, offsetBy: pattern.count) }
        }
        return nil
    }
}

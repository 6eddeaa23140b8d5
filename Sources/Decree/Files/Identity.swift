import DecreeNode
import DecreeWire
import PaxosBase

typealias Identity = NodeIdentity

/// The content of the file `identity`.
///
/// A line a field, so that an operator can read it, and a checksum, so that nobody edits it unawares.
extension NodeIdentity {
    /// Written by this version; a higher number is refused.
    static var format: UInt32 { 2 }
    private static var title: String { "decree data directory" }

    func encoded() -> [UInt8] {
        var text = "\(Self.title)\nformat: \(Self.format)\ncluster: \(hexadecimal(clusterID))\n"
        text += "node: \(hexadecimal(node.rawValue))\nstore: \(store)\nformed: \(formed == nil ? "no" : "yes")\n"
        text += "begun: \(hasBegun ? "yes" : "no")\n"
        text += cluster?.lines ?? ""
        for member in formed ?? [] { text += "member: \(hexadecimal(member.node.rawValue)) \(member.store)\n" }
        text += "checksum: \(Self.checksum(of: text))\n"
        return Array(text.utf8)
    }

    static func checksum(of text: some StringProtocol) -> String {
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
        self.cluster = try Self.cluster(in: lines, clusterID: cluster, path: path)
        guard isFormed == "yes" else { return }
        formed = []
        for value in Self.values(of: "member", in: lines) {
            let parts = value.split(separator: " ")
            guard parts.count == 2, let member = UInt64(parts[0], radix: 16), let id = StoreID(String(parts[1]))
            else { throw .damaged(path: path, reason: "a member line cannot be read") }
            formed?.append(FormedMember(node: NodeID(member), store: id))
        }
    }

    /// Nil in format 1, which does not have it.
    private static func cluster(
        in lines: [Substring], clusterID: UInt64, path: String
    ) throws(NodeError) -> ClusterDescription? {
        guard let token = values(of: "token", in: lines).first else { return nil }
        var members: [Member] = []
        for value in values(of: "initial", in: lines) {
            let parts = value.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard parts.count >= 2, let node = UInt64(parts[0], radix: 16), let name = LineText.read(parts[1]),
                let addresses = try? parts[2...].map({ try PeerAddress(parsing: $0) })
            else { throw .damaged(path: path, reason: "the line of an initial member cannot be read") }
            members.append(Member(node: NodeID(node), name: name, addresses: addresses))
        }
        guard let token = LineText.read(String(token)),
            let cluster = try? ClusterDescription(token: token, members: members, clusterID: clusterID)
        else { throw .damaged(path: path, reason: "the initial members are no cluster") }
        return cluster
    }

    private static func values(of field: String, in lines: [Substring]) -> [Substring] {
        lines.filter { $0.hasPrefix("\(field): ") }.map { $0.dropFirst(field.utf8.count + 2) }
    }
}

extension ClusterDescription {
    /// The token, and of each member its number, name and addresses.
    fileprivate var lines: String {
        var text = "token: \(LineText.write(token))\n"
        for member in members {
            let words =
                [hexadecimal(member.node.rawValue), LineText.write(member.name)] + member.addresses.map(\.description)
            text += "initial: \(words.joined(separator: " "))\n"
        }
        return text
    }
}

/// Any text as one word of a line: what is no visible ASCII stands as `%` and two hexadecimal digits for each byte.
private enum LineText {
    static func write(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "%")
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + digits
        }.joined()
    }

    static func read(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
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

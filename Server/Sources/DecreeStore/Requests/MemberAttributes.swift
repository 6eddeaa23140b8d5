import PaxosBase

/// What a member says of itself once it is up, for those who ask for the list of members: it takes no revision and no
/// key.
public struct MemberAttributes: Hashable, Sendable {
    public var memberID: UInt64
    public var name: String
    /// Where clients reach it.
    public var clientURLs: [String]

    public init(memberID: UInt64, name: String, clientURLs: [String]) {
        self.memberID = memberID
        self.name = name
        self.clientURLs = clientURLs
    }

    /// More than any member has; a longer list is not taken.
    static let largestURLCount = 64

    /// What the digest adds for this member.
    var hash: UInt64 {
        var hasher = StableHasher(seed: memberID)
        hasher.combine(name)
        for url in clientURLs { hasher.combine(url) }
        return hasher.finalize()
    }
}

extension OperationReader {
    mutating func memberAttributes() throws(StoreError) -> MemberAttributes {
        let memberID = UInt64(bitPattern: try word())
        let name = String(decoding: try string(), as: UTF8.self)
        let urlCount = try count()
        guard urlCount <= MemberAttributes.largestURLCount else { throw .malformedOperation }
        var urls: [String] = []
        for _ in 0..<urlCount { urls.append(String(decoding: try string(), as: UTF8.self)) }
        return MemberAttributes(memberID: memberID, name: name, clientURLs: urls)
    }
}

extension OperationWriter {
    mutating func write(_ attributes: MemberAttributes) {
        write(byte: OperationKind.publishMember.rawValue)
        writeBody(of: attributes)
    }

    /// The attributes without the operation's kind, as snapshots hold them too.
    mutating func writeBody(of attributes: MemberAttributes) {
        write(word: Int64(bitPattern: attributes.memberID))
        write(text: attributes.name)
        write(count: attributes.clientURLs.count)
        for url in attributes.clientURLs { write(text: url) }
    }
}

/// What all members published, ascending by identifier: part of the replicated state.
struct MemberBook: Equatable {
    private(set) var members: [MemberAttributes] = []

    /// Takes what a member says now in place of what it said before.
    mutating func publish(_ attributes: MemberAttributes) {
        let index = members.firstIndex { $0.memberID >= attributes.memberID } ?? members.count
        if index < members.count, members[index].memberID == attributes.memberID {
            members[index] = attributes
        } else {
            members.insert(attributes, at: index)
        }
    }

    var digest: UInt64 { members.reduce(0) { $0 &+ $1.hash } }

    // MARK: In a snapshot

    /// The block of a snapshot that holds the book, its kind included.
    var block: [UInt8] {
        func write(_ writer: inout OperationWriter) {
            writer.write(byte: SnapshotFormat.Block.members.rawValue)
            writer.write(count: members.count)
            for member in members { writer.writeBody(of: member) }
        }
        var counter = OperationWriter(buffer: nil)
        write(&counter)
        return [UInt8](unsafeUninitializedCapacity: counter.byteCount) { buffer, count in
            var writer = OperationWriter(buffer: UnsafeMutableRawBufferPointer(buffer))
            write(&writer)
            count = writer.byteCount
        }
    }

    init() {}

    /// - Parameter bytes: A block without its kind.
    init(block bytes: UnsafeRawBufferPointer) throws(StoreError) {
        var reader = OperationReader(bytes)
        let memberCount = try reader.count()
        for _ in 0..<memberCount { publish(try reader.memberAttributes()) }
        try reader.finish()
    }
}

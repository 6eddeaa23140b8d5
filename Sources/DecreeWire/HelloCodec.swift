import PaxosBase

// A hello's body. It begins with what every later format keeps in place: the versions that the sender speaks (8 bits
// each), its node (64), its program's version (text). What follows is that of format 2, and ends in extensions: the
// length of all of them (32), and of each its number (8), its length (32) and its bytes. An extension below 128 that is
// not known is left out, one from 128 on is refused. This version knows none.

extension HandshakeCodec {
    private static let firstCriticalExtension: UInt8 = 128

    static func byteCount(_ hello: Hello) -> Int {
        let head = 2 + 8 + WireWriter.byteCount(hello.software, limit: maximumSoftwareByteCount) + 8 + 8 + 8 + 16 + 1
        return head + byteCount(hello.members) + 16 + 8 + 1 + 4
    }

    /// How many bytes the members take in a greeting.
    package static func byteCount(_ list: MemberList) -> Int {
        var sum = 8 + 4
        for member in list.members {
            sum += 8 + WireWriter.byteCount(member.name) + 4
            for url in member.peerURLs { sum += WireWriter.byteCount(url) }
        }
        return sum
    }

    static func encode(_ hello: Hello, into writer: inout WireWriter) {
        writer.uint8(hello.versions.lowerBound)
        writer.uint8(hello.versions.upperBound)
        writer.uint64(hello.node.rawValue)
        writer.string(hello.software, limit: maximumSoftwareByteCount)
        writer.uint64(hello.features.rawValue)
        writer.uint64(hello.cluster.rawValue)
        writer.uint64(hello.dialled?.rawValue ?? 0)
        encode(hello.store, into: &writer)
        writer.bool(hello.isFormed)
        encode(hello.members, into: &writer)
        encode(hello.expectedStore ?? .none, into: &writer)
        writer.uint64(hello.incarnation.rawValue)
        writer.uint8(hello.connection.rawValue)
        writer.uint32(0)
    }

    private static func encode(_ store: StoreID, into writer: inout WireWriter) {
        writer.uint64(store.high)
        writer.uint64(store.low)
    }

    private static func encode(_ list: MemberList, into writer: inout WireWriter) {
        writer.uint64(list.digest)
        writer.uint32(UInt32(list.members.count))
        for member in list.members {
            writer.uint64(member.node.rawValue)
            writer.string(member.name)
            writer.uint32(UInt32(member.peerURLs.count))
            for url in member.peerURLs { writer.string(url) }
        }
    }

    static func decodeHello(_ reader: inout WireReader) throws(WireError) -> Hello {
        let versions = try decodeVersions(&reader)
        let node = NodeID(try reader.uint64())
        let software = try decodeSoftware(&reader)
        let features = FeatureSet(rawValue: try reader.uint64())
        let cluster = ClusterID(try reader.uint64())
        let dialled = NodeID(try reader.uint64())
        let store = try decodeStore(&reader)
        let isFormed = try reader.bool(in: .handshake)
        let members = try decodeMembers(&reader)
        let expectedStore = try decodeStore(&reader)
        let incarnation = Incarnation(try reader.uint64())
        guard let connection = ConnectionKind(rawValue: try reader.uint8()) else {
            throw .malformed(what: .handshake, detail: .badFlag)
        }
        try skipExtensions(&reader)
        return Hello(
            versions: versions, features: features, cluster: cluster, node: node,
            dialled: dialled == NodeID(0) ? nil : dialled, store: store, isFormed: isFormed, members: members,
            expectedStore: expectedStore.isNone ? nil : expectedStore, incarnation: incarnation,
            connection: connection, software: software)
    }

    private static func decodeSoftware(_ reader: inout WireReader) throws(WireError) -> String {
        let text = try reader.string()
        guard text.utf8.count <= maximumSoftwareByteCount else { throw .malformed(what: .handshake, detail: .badCount) }
        return text
    }

    private static func decodeVersions(_ reader: inout WireReader) throws(WireError) -> ClosedRange<UInt8> {
        let lowest = try reader.uint8()
        let highest = try reader.uint8()
        guard lowest <= highest else { throw .malformed(what: .handshake, detail: .badRange) }
        return lowest...highest
    }

    private static func skipExtensions(_ reader: inout WireReader) throws(WireError) {
        var extensions = WireReader(try reader.bytes(Int(try reader.uint32())))
        while extensions.remaining > 0 {
            let number = try extensions.uint8()
            guard number < firstCriticalExtension else { throw .unknownKind(what: .handshake, kind: number) }
            _ = try extensions.skip(Int(try extensions.uint32()))
        }
    }

    /// What every format from 2 on begins with.
    static func decodeNewerHello(_ reader: inout WireReader, format: UInt8) throws(WireError) -> ForeignHello {
        let versions = try decodeVersions(&reader)
        let node = NodeID(try reader.uint64())
        return ForeignHello(format: format, versions: versions, node: node, software: try decodeSoftware(&reader))
    }

    /// What format 1 began with: versions, features, cluster, node. Its program's version stood at the end.
    static func decodeFormerHello(_ reader: inout WireReader) throws(WireError) -> ForeignHello {
        let versions = try decodeVersions(&reader)
        _ = try reader.skip(16)
        return ForeignHello(
            format: formerFormat, versions: versions, node: NodeID(try reader.uint64()), software: "")
    }

    private static func decodeStore(_ reader: inout WireReader) throws(WireError) -> StoreID {
        let high = try reader.uint64()
        return StoreID(high: high, low: try reader.uint64())
    }

    private static func decodeMembers(_ reader: inout WireReader) throws(WireError) -> MemberList {
        let digest = try reader.uint64()
        let count = try reader.count(minimumByteCount: 14, in: .handshake)
        guard count <= maximumMemberCount else { throw .malformed(what: .handshake, detail: .badCount) }
        var members: [InitialMember] = []
        for _ in 0..<count {
            let node = NodeID(try reader.uint64())
            let name = try reader.string()
            var peerURLs: [String] = []
            for _ in 0..<(try reader.count(minimumByteCount: 2, in: .handshake)) {
                peerURLs.append(try reader.string())
            }
            members.append(InitialMember(node: node, name: name, peerURLs: peerURLs))
        }
        guard zip(members, members.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .malformed(what: .handshake, detail: .badOrder)
        }
        let list = MemberList(members)
        guard list.digest == digest else { throw .malformed(what: .handshake, detail: .badDigest) }
        return list
    }
}

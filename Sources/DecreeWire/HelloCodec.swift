import PaxosBase

// A hello's body: its fields in the order of their declaration; the member list with its digest before it.

extension HandshakeCodec {
    static func byteCount(_ hello: Hello) -> Int {
        var sum = 2 + 8 + 8 + 8 + 16 + 1 + 8 + 4
        for member in hello.members.members {
            sum += 8 + WireWriter.byteCount(member.name) + 4
            for url in member.peerURLs { sum += WireWriter.byteCount(url) }
        }
        return sum + 16 + 8 + 1 + WireWriter.byteCount(hello.software)
    }

    static func encode(_ hello: Hello, into writer: inout WireWriter) {
        writer.uint8(hello.versions.lowerBound)
        writer.uint8(hello.versions.upperBound)
        writer.uint64(hello.features.rawValue)
        writer.uint64(hello.cluster.rawValue)
        writer.uint64(hello.node.rawValue)
        encode(hello.store, into: &writer)
        writer.bool(hello.isFormed)
        encode(hello.members, into: &writer)
        encode(hello.expectedStore ?? .none, into: &writer)
        writer.uint64(hello.incarnation.rawValue)
        writer.uint8(hello.connection.rawValue)
        writer.string(hello.software)
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
        let lowest = try reader.uint8()
        let highest = try reader.uint8()
        guard lowest <= highest else { throw .malformed(what: .handshake, detail: .badRange) }
        let features = FeatureSet(rawValue: try reader.uint64())
        let cluster = ClusterID(try reader.uint64())
        let node = NodeID(try reader.uint64())
        let store = try decodeStore(&reader)
        let isFormed = try reader.bool(in: .handshake)
        let members = try decodeMembers(&reader)
        let expectedStore = try decodeStore(&reader)
        let incarnation = Incarnation(try reader.uint64())
        guard let connection = ConnectionKind(rawValue: try reader.uint8()) else {
            throw .malformed(what: .handshake, detail: .badFlag)
        }
        return Hello(
            versions: lowest...highest, features: features, cluster: cluster, node: node, store: store,
            isFormed: isFormed, members: members, expectedStore: expectedStore.isNone ? nil : expectedStore,
            incarnation: incarnation, connection: connection, software: try reader.string())
    }

    private static func decodeStore(_ reader: inout WireReader) throws(WireError) -> StoreID {
        let high = try reader.uint64()
        return StoreID(high: high, low: try reader.uint64())
    }

    private static func decodeMembers(_ reader: inout WireReader) throws(WireError) -> MemberList {
        let digest = try reader.uint64()
        var members: [InitialMember] = []
        for _ in 0..<(try reader.count(minimumByteCount: 14, in: .handshake)) {
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

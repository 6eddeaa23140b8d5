import DecreeWire
import PaxosBase
import PaxosLog

/// What a snapshot file says of itself before its blocks.
struct SnapshotHeader: Hashable, Sendable {
    let clusterID: UInt64
    let group: GroupID
    /// The slot that it covers, the configuration and the origins: one atomic unit with the blocks.
    let metadata: SnapshotMetadata
    /// Of the machine whose blocks follow: compared after they were restored.
    let digest: StateDigest
}

/// The layout of a snapshot file, format 2, all numbers little-endian. (`Docs/FORMATS.md` has the fields of its header, and
/// how format 1, which is read as well, was different.)
///
/// - header: magic (8 bytes), format (32 bits), length of what follows (32), fields, CRC-32C of all before (32);
/// - blocks: length (32, never 0), seal (32), bytes;
/// - footer: zero (32), number of blocks (64), their bytes together (64), seal (32).
///
/// A seal is the CRC-32C of the bytes, chained to the block's number and the header's checksum: blocks that are
/// swapped, left out or taken from another snapshot do not pass.
enum SnapshotFormat {
    static let version: UInt32 = 2
    static let magic: [UInt8] = Array("DECREESN".utf8)
    static let footerByteCount = 24
    static let blockHeaderByteCount = 8
    /// Larger blocks are refused; machines keep below 1 MiB.
    static let maximumBlockByteCount = 64 << 20
    private static let maximumHeaderByteCount = 1 << 20
    /// A member that votes. Other roles are for later versions.
    private static let voter: UInt8 = 1

    static func seal(_ bytes: UnsafeRawBufferPointer, number: UInt64, header: UInt32) -> UInt32 {
        CRC32C.checksum(bytes, seed: CRC32C.checksum(number, seed: header))
    }

    /// The encoded header and the checksum that seals are chained to.
    static func encode(_ header: SnapshotHeader) -> (bytes: [UInt8], checksum: UInt32) {
        let metadata = header.metadata
        let body = 80 + 9 * metadata.configuration.members.count + 24 * metadata.origins.count
        var bytes = [UInt8](repeating: 0, count: 16 + body + 4)
        let checksum = bytes.withUnsafeMutableBytes { memory in
            var writer = WireWriter(memory)
            for byte in magic { writer.uint8(byte) }
            writer.uint32(version)
            writer.uint32(UInt32(body))
            encodeFields(header, into: &writer)
            let checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: memory[..<writer.count]))
            writer.uint32(checksum)
            return checksum
        }
        return (bytes, checksum)
    }

    private static func encodeFields(_ header: SnapshotHeader, into writer: inout WireWriter) {
        // Features that the file uses: none yet.
        writer.uint64(0)
        writer.uint64(header.clusterID)
        writer.uint32(header.group.rawValue)
        writer.uint64(header.metadata.applied.rawValue)
        writer.uint64(header.metadata.time.nanoseconds)
        writer.uint64(header.metadata.lineage)
        encode(header.metadata.configuration, into: &writer)
        writer.uint32(UInt32(header.metadata.origins.count))
        for mark in header.metadata.origins {
            writer.uint64(mark.node.rawValue)
            writer.uint64(mark.incarnation.rawValue)
            writer.uint64(mark.sequence)
        }
        // Open sessions of clients: none yet.
        writer.uint32(0)
        writer.uint64(header.digest.high)
        writer.uint64(header.digest.low)
    }

    private static func encode(_ configuration: Configuration, into writer: inout WireWriter) {
        writer.uint64(configuration.number.rawValue)
        writer.uint8(UInt8(configuration.prepareQuorum))
        writer.uint8(UInt8(configuration.acceptQuorum))
        writer.uint16(UInt16(configuration.members.count))
        for member in configuration.members {
            writer.uint64(member.rawValue)
            writer.uint8(voter)
        }
    }

    enum Finding: Error, Hashable {
        case newerFormat(UInt32)
        /// An intact file holds what this version does not know.
        case newerContent(String)
        case damaged(String)
    }

    /// Reads a header from the beginning of a file.
    /// - Returns: The header, the checksum that seals are chained to, and how many bytes it takes.
    static func decodeHeader(
        _ bytes: UnsafeRawBufferPointer
    ) throws(Finding) -> (header: SnapshotHeader, checksum: UInt32, byteCount: Int) {
        guard bytes.count >= 20, bytes.prefix(8).elementsEqual(magic) else { throw .damaged("it is no snapshot") }
        do {
            var reader = WireReader(bytes)
            _ = try reader.bytes(8)
            let found = try reader.uint32()
            guard found <= version else { throw Finding.newerFormat(found) }
            let body = Int(try reader.uint32())
            guard body <= maximumHeaderByteCount, 16 + body + 4 <= bytes.count else {
                throw Finding.damaged("the header is cut")
            }
            let checked = UnsafeRawBufferPointer(rebasing: bytes[..<(16 + body)])
            let checksum = CRC32C.checksum(checked)
            var fields = WireReader(UnsafeRawBufferPointer(rebasing: bytes[16..<16 + body]))
            _ = try reader.skip(body)
            guard try reader.uint32() == checksum else { throw Finding.damaged("the header's checksum does not match") }
            let header = try decodeFields(&fields, version: found)
            try fields.finish()
            return (header, checksum, 16 + body + 4)
        } catch let finding as Finding {
            throw finding
        } catch {
            throw .damaged("the header cannot be read: \(error)")
        }
    }

    /// Format 1 had neither features nor log time, and all members vote.
    private static func decodeFields(_ reader: inout WireReader, version: UInt32) throws -> SnapshotHeader {
        let isFormer = version == 1
        let features = isFormer ? 0 : try reader.uint64()
        guard features == 0 else { throw Finding.newerContent("features \(String(features, radix: 16))") }
        let clusterID = try reader.uint64()
        let group = GroupID(try reader.uint32())
        let applied = Slot(try reader.uint64())
        let time = LogTime(nanoseconds: isFormer ? 0 : try reader.uint64())
        let lineage = isFormer ? 0 : try reader.uint64()
        let configuration = try decodeConfiguration(&reader, hasRoles: !isFormer)
        let origins = try decodeOrigins(&reader)
        guard try reader.uint32() == 0 else { throw Finding.newerContent("sessions of clients") }
        let digest = StateDigest(high: try reader.uint64(), low: try reader.uint64())
        return SnapshotHeader(
            clusterID: clusterID, group: group,
            metadata: SnapshotMetadata(
                applied: applied, time: time, lineage: lineage, configuration: configuration, origins: origins),
            digest: digest)
    }

    private static func decodeConfiguration(
        _ reader: inout WireReader, hasRoles: Bool
    ) throws -> Configuration {
        let number = ConfigurationNumber(try reader.uint64())
        let prepareQuorum = Int(try reader.uint8())
        let acceptQuorum = Int(try reader.uint8())
        var members: [NodeID] = []
        for _ in 0..<(try reader.uint16()) {
            members.append(NodeID(try reader.uint64()))
            let role = hasRoles ? try reader.uint8() : voter
            guard role == voter else { throw Finding.newerContent("a member of role \(role)") }
        }
        guard (1...64).contains(members.count), zip(members, members.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw Finding.damaged("the member list makes no sense")
        }
        guard Configuration.meet(prepareQuorum, acceptQuorum, of: members.count) else {
            throw Finding.damaged("quorums of \(prepareQuorum) and \(acceptQuorum) need not meet")
        }
        return Configuration(
            number: number, members: members, prepareQuorum: prepareQuorum, acceptQuorum: acceptQuorum)
    }

    private static func decodeOrigins(_ reader: inout WireReader) throws -> [OriginMark] {
        var origins: [OriginMark] = []
        for _ in 0..<(try reader.count(minimumByteCount: 24, in: .record)) {
            let node = NodeID(try reader.uint64())
            let incarnation = Incarnation(try reader.uint64())
            origins.append(OriginMark(node: node, incarnation: incarnation, sequence: try reader.uint64()))
        }
        return origins
    }

    static func blockHeader(_ block: [UInt8], number: UInt64, header: UInt32) -> [UInt8] {
        let checksum = block.withUnsafeBytes { bytes in seal(bytes, number: number, header: header) }
        return littleEndian([UInt32(block.count), checksum])
    }

    static func footer(blocks: UInt64, byteCount: UInt64, header: UInt32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: footerByteCount)
        bytes.withUnsafeMutableBytes { memory in
            var writer = WireWriter(memory)
            writer.uint32(0)
            writer.uint64(blocks)
            writer.uint64(byteCount)
            let checked = UnsafeRawBufferPointer(rebasing: memory[..<writer.count])
            writer.uint32(seal(checked, number: blocks, header: header))
        }
        return bytes
    }

    private static func littleEndian(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
    }
}

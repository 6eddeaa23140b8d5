import CZlib
import NIOCore

/// Why a compressed message cannot be read.
enum GzipProblem: Error, Hashable {
    /// It would be larger than allowed.
    case tooLarge
    case malformed
}

/// The one compression that gRPC's implementations have in common (RFC 1952).
enum Gzip {
    /// Smaller messages are not worth the work; larger ones are more of it than other clients may be kept waiting for.
    static let worthwhileBytes = 1_024...1_048_576
    /// Windows of 32 KiB, and a header of gzip instead of zlib's own.
    private static let windowBits: Int32 = 15 + 16
    private static let pieceBytes = 65_536

    /// - Parameter maxBytes: how large the result may be; no more memory is taken for it, whatever the message says.
    static func inflate(_ bytes: UnsafeRawBufferPointer, maxBytes: Int) throws(GzipProblem) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            invariantFailure("no memory to decompress")
        }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(bytes.count)
        var result: [UInt8] = []
        while true {
            let code = extend(&result, by: min(pieceBytes, maxBytes + 1 - result.count), &stream, CZlib.inflate)
            guard result.count <= maxBytes else { throw .tooLarge }
            switch code {
            case Z_OK: continue
            // Members may follow one another.
            case Z_STREAM_END where stream.avail_in > 0: inflateReset(&stream)
            case Z_STREAM_END: return result
            default: throw .malformed
            }
        }
    }

    /// - Returns: nil if the message would not become smaller.
    static func deflate(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        // The level is the lowest: what is saved is the network's, what it costs is the node's.
        guard
            deflateInit2_(&stream, 1, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK,
            let count = UInt32(exactly: bytes.count)
        else { return nil }
        defer { deflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = count
        var result: [UInt8] = []
        let code = extend(&result, by: bytes.count, &stream) { CZlib.deflate($0, $1 == Z_NO_FLUSH ? Z_FINISH : $1) }
        return code == Z_STREAM_END ? result : nil
    }

    private static func extend(
        _ result: inout [UInt8], by room: Int, _ stream: inout z_stream,
        _ work: (UnsafeMutablePointer<z_stream>, Int32) -> Int32
    ) -> Int32 {
        let start = result.count
        result.append(contentsOf: repeatElement(0, count: room))
        var code: Int32 = 0
        result.withUnsafeMutableBufferPointer { memory in
            stream.next_out = memory.baseAddress.map { $0 + start }
            stream.avail_out = UInt32(room)
            code = work(&stream, Z_NO_FLUSH)
        }
        result.removeLast(Int(stream.avail_out))
        return code
    }
}

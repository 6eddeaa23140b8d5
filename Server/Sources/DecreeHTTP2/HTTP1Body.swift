import NIOCore

/// Takes a request's body out of what came in (RFC 9112, sections 6 and 7).
struct HTTP1Body {
    private enum Phase {
        /// Bytes that follow up to the end of the body.
        case counted(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailers(Int)
        case complete
    }

    /// The largest line of a chunk's size with its extensions, and of all trailer fields together, in bytes.
    private static let maxLineBytes = 4_096
    private static let maxTrailerBytes = 16_384

    private(set) var bytes: [UInt8] = []
    private var phase: Phase
    private let maxBytes: Int

    init(_ framing: HTTP1Head.Framing, maxBytes: Int) {
        switch framing {
        case .length(let length): phase = length == 0 ? .complete : .counted(length)
        case .chunked: phase = .chunkSize
        }
        self.maxBytes = maxBytes
    }

    /// Takes what belongs to the body.
    ///
    /// - Returns: whether the body is complete.
    mutating func take(from input: inout ByteBuffer) throws(HTTP1Problem) -> Bool {
        while true {
            switch phase {
            case .complete: return true
            case .counted(let count):
                let left = try move(count, from: &input)
                phase = left == 0 ? .complete : .counted(left)
                if left > 0 { return false }
            case .chunkSize:
                guard let line = try Self.line(&input, maxBytes: Self.maxLineBytes) else { return false }
                let size = try Self.chunkSize(line)
                guard bytes.count + size <= maxBytes else { throw .bodyTooLarge }
                phase = size == 0 ? .trailers(0) : .chunk(size)
            case .chunk(let count):
                let left = try move(count, from: &input)
                phase = left == 0 ? .chunkEnd : .chunk(left)
                if left > 0 { return false }
            case .chunkEnd:
                guard let line = try Self.line(&input, maxBytes: 2) else { return false }
                guard line.isEmpty else { throw .malformed("malformed chunk") }
                phase = .chunkSize
            case .trailers(let seen):
                guard let line = try Self.line(&input, maxBytes: Self.maxTrailerBytes - seen) else { return false }
                if !line.isEmpty { _ = try HTTP1Head.field(line[...]) }
                phase = line.isEmpty ? .complete : .trailers(seen + line.count + 2)
            }
        }
    }

    private mutating func move(_ count: Int, from input: inout ByteBuffer) throws(HTTP1Problem) -> Int {
        let taken = min(count, input.readableBytes)
        bytes.append(contentsOf: input.readableBytesView.prefix(taken))
        input.moveReaderIndex(forwardBy: taken)
        return count - taken
    }

    /// A line that ends as it must; where bodies begin and end nothing is guessed.
    private static func line(_ input: inout ByteBuffer, maxBytes: Int) throws(HTTP1Problem) -> [UInt8]? {
        let view = input.readableBytesView.prefix(max(2, maxBytes))
        guard let end = view.firstIndex(of: UInt8(ascii: "\n")) else {
            guard view.count < maxBytes else { throw .malformed("malformed chunk") }
            return nil
        }
        guard end > view.startIndex, view[end - 1] == UInt8(ascii: "\r") else { throw .malformed("malformed chunk") }
        let line = Array(view[view.startIndex..<(end - 1)])
        input.moveReaderIndex(forwardBy: line.count + 2)
        return line
    }

    /// Hexadecimal digits before the extensions, which are ignored.
    private static func chunkSize(_ line: [UInt8]) throws(HTTP1Problem) -> Int {
        let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        guard !digits.isEmpty, digits.count <= 16, isFieldValue(line),
            digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit })
        else { throw .malformed("malformed chunk") }
        guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size < 1 << 40 else {
            throw .bodyTooLarge
        }
        return size
    }
}

import DecreeWire
import PaxosBase

/// Bytes for one place of a file, in pieces: long payloads stand where they stood before and are not copied to be written.
public struct JournalBytes: Hashable, Sendable {
    /// In order, none of them empty.
    public let pieces: [Payload]
    public let count: Int

    init(_ bytes: Payload) { self.init(pieces: [bytes]) }

    private init(pieces: [Payload]) {
        self.pieces = pieces
        count = pieces.reduce(0) { $0 + $1.count }
    }

    /// - Parameters:
    ///   - encoded: All but the payloads that were gathered.
    ///   - gathered: Those payloads, and where they belong.
    init(_ encoded: Payload, _ gathered: GatheredPayloads) {
        guard !gathered.payloads.isEmpty else {
            self.init(encoded)
            return
        }
        var pieces: [Payload] = []
        pieces.reserveCapacity(2 * gathered.payloads.count + 1)
        var start = 0
        for (position, payload) in gathered.payloads {
            if position > start { pieces.append(encoded.slice(start..<position)) }
            pieces.append(payload)
            start = position
        }
        if start < encoded.count { pieces.append(encoded.slice(start..<encoded.count)) }
        self.init(pieces: pieces)
    }

    /// All of them as one, which copies if they are several.
    public var joined: Payload {
        if pieces.count == 1 { return pieces[0] }
        return Payload(byteCount: count) { memory in
            var writer = WireWriter(memory)
            for piece in pieces { writer.payload(piece) }
        }
    }
}

import DecreeWire
import PaxosBase
import PaxosLog

/// What a peer's connection brings, changed at random.
struct PeerAttack: CustomStringConvertible {
    /// In the pieces in which it is read; then the connection ends.
    let pieces: [[UInt8]]
    /// Whether checksums were made anew over what was changed: then a changed message may pass for one.
    let isSealed: Bool

    var description: String { "\(isSealed ? "sealed " : "")\(pieces)" }
}

/// Draws attacks: sessions that begin as a peer's do, and of which bytes, lengths, kinds and cuts are changed.
struct PeerAttacker {
    private static let headerByteCount = FrameCodec.headerByteCount

    private let hello: [UInt8]
    private let frames: [[UInt8]]
    private var random: SeededRandom

    /// - Parameters:
    ///   - hello: That is accepted.
    ///   - frames: That a peer may send behind it.
    init(hello: [UInt8], frames: [[UInt8]], seed: UInt64) {
        self.hello = hello
        self.frames = frames
        random = SeededRandom(seed: seed)
    }

    private mutating func below(_ bound: Int) -> Int { Int(random.below(UInt64(bound))) }

    mutating func next() -> PeerAttack {
        var parts = [hello] + (0..<below(5)).map { _ in frames[below(frames.count)] }
        let isSealed = random.chance(1, in: 2)
        let place = random.chance(1, in: 3) ? 0 : below(parts.count)
        for _ in 0...below(3) {
            if isSealed && place > 0 { changeSealed(&parts[place]) } else { change(&parts[place]) }
        }
        var bytes = parts.flatMap { $0 }
        if random.chance(1, in: 3) { bytes.removeLast(below(bytes.count)) }
        return PeerAttack(pieces: cut(bytes), isSealed: isSealed && place > 0)
    }

    private mutating func cut(_ bytes: [UInt8]) -> [[UInt8]] {
        let longest = [bytes.count > 2_000 ? 2_000 : 1, 20, 500, 100_000][below(4)]
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(1 + below(longest))
            rest.removeFirst(piece.count)
            pieces.append(Array(piece))
        }
        return pieces
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let place = below(bytes.count)
        switch below(6) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[place] ^= 1 << UInt8(below(8))
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
        case 4: bytes[min(below(20), bytes.count - 1)] = [0, 1, 0x7F, 0x80, 0xFF][below(5)]
        default: bytes = Array(bytes.prefix(place)) + bytes
        }
    }

    /// Changes a frame and makes its checksums right, so that what is behind them is reached.
    private mutating func changeSealed(_ frame: inout [UInt8]) {
        guard frame.count > Self.headerByteCount else { return }
        var body = Array(frame[Self.headerByteCount...])
        var head = Array(frame[..<8])
        switch below(8) {
        case 0: head[4] = UInt8(below(4))
        case 1: head[5] = UInt8(below(4))
        case 2: head[6 + below(2)] ^= 1 << UInt8(below(8))
        case 3: setWord([0xFFFF_FFFF, 0x7FFF_FFFF, 1 << 20, 0, UInt32(below(200))][below(5)], at: 0, of: &head)
        case 4 where body.count >= 4:
            let values: [UInt32] = [0xFFFF_FFFF, 0x8000_0000, 1 << 21, 65_535, 0, 1]
            setWord(values[below(values.count)], at: below(body.count - 3), of: &body)
        default: change(&body)
        }
        if random.chance(7, in: 8), head[..<4] == frame[..<4] { setWord(UInt32(body.count), at: 0, of: &head) }
        setWord(body.withUnsafeBytes { CRC32C.checksum($0) }, appendedTo: &head)
        setWord(head.withUnsafeBytes { CRC32C.checksum($0) }, appendedTo: &head)
        frame = head + body
    }

    private func setWord(_ word: UInt32, at offset: Int, of bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.replaceSubrange(offset..<offset + 4, with: $0) }
    }

    private func setWord(_ word: UInt32, appendedTo bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// A reader of frames that lacks a check: what the attacker has to find.
enum PlantedTrap: CaseIterable {
    /// Waits for as many bytes as a header says, whatever happened to it.
    case headerUnchecked
    /// Takes what came for what was sent.
    case bodyUnchecked
    /// Sets memory aside for as many entries as a message says.
    case countBelieved
    /// Takes any frame for messages.
    case kindIgnored

    /// What goes wrong, if anything does, when a connection brings this behind its hello.
    /// - Parameter sent: Frames as peers send them.
    func falls(for bytes: ArraySlice<UInt8>, sent: Set<[UInt8]>) -> Bool {
        var rest = bytes
        while rest.count >= FrameCodec.headerByteCount {
            let frame = Array(rest)
            let length = word(frame, 0)
            let isWholeHeader = frame[..<12].withUnsafeBytes { CRC32C.checksum($0) } == word(frame, 12)
            guard isWholeHeader || self == .headerUnchecked else { return false }
            let end = FrameCodec.headerByteCount + Int(length)
            if end > 1 << 20 { return self == .headerUnchecked }
            guard end <= frame.count else { return false }
            let body = Array(frame[FrameCodec.headerByteCount..<end])
            let isWholeBody = body.withUnsafeBytes { CRC32C.checksum($0) } == word(frame, 8)
            guard isWholeBody || self == .bodyUnchecked else { return false }
            if self == .bodyUnchecked, !isWholeBody, !sent.contains(Array(frame[..<end])) { return true }
            if self == .kindIgnored, frame[5] != 1 { return true }
            if self == .countBelieved, believesCount(body) { return true }
            rest = rest.dropFirst(end)
        }
        return false
    }

    /// An `Accept` with a count of entries that its frame cannot hold.
    private func believesCount(_ body: [UInt8]) -> Bool {
        let count = 4 + 1 + 1 + 4 + 8 + 24 + 8 + 32
        guard body.count >= count + 4, body[5] == 4 else { return false }
        return word(body, count) > UInt32(body.count)
    }

    private func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

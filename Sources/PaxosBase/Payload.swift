/// An immutable, reference-counted slice of bytes: a command on its way through log, journal and network.
///
/// Many payloads may share one buffer: all commands of a peer's frame are slices of one copy of it. A slice keeps its
/// whole buffer alive.
@frozen
public struct Payload: Sendable {
    @usableFromInline let storage: PayloadStorage
    @usableFromInline let offset: UInt32
    @usableFromInline let length: UInt32

    @inlinable
    init(storage: PayloadStorage, offset: UInt32, length: UInt32) {
        self.storage = storage
        self.offset = offset
        self.length = length
    }

    public init() { self.init(storage: PayloadStorage.empty, offset: 0, length: 0) }

    /// Copies `bytes` into a buffer of its own.
    public init(copying bytes: UnsafeRawBufferPointer) {
        self.init(byteCount: bytes.count) { $0.copyMemory(from: bytes) }
    }

    public init(_ bytes: some Sequence<UInt8>) {
        let array = Array(bytes)
        self = array.withUnsafeBytes { Payload(copying: $0) }
    }

    /// Makes a buffer of `byteCount` bytes (less than 4 GiB) and lets `fill` write all of them.
    public init(byteCount: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
        guard byteCount > 0 else {
            self.init()
            return
        }
        let storage = PayloadStorage.make(byteCount: byteCount)
        fill(storage.bytes)
        self.init(storage: storage, offset: 0, length: UInt32(byteCount))
    }

    @inlinable
    public var count: Int { Int(length) }

    @inlinable
    public var isEmpty: Bool { length == 0 }

    /// Calls `body` with the bytes, which are valid only during the call.
    @inlinable
    @inline(__always)
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let end = Int(offset) + Int(length)
        return try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(storage.bytes)[Int(offset)..<end]))
    }

    /// The part of this payload at `range`, sharing its buffer.
    @inlinable
    public func slice(_ range: Range<Int>) -> Payload {
        invariant(
            range.lowerBound >= 0 && range.upperBound <= count,
            "a slice lies within its payload: \(range) within 0..<\(count)")
        return Payload(storage: storage, offset: offset + UInt32(range.lowerBound), length: UInt32(range.count))
    }

    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}

extension Payload: Hashable {
    public static func == (left: Payload, right: Payload) -> Bool {
        guard left.length == right.length else { return false }
        if left.storage === right.storage && left.offset == right.offset { return true }
        return left.withUnsafeBytes { leftBytes in
            right.withUnsafeBytes { rightBytes in areEqual(leftBytes, rightBytes) }
        }
    }

    /// Eight bytes at a time: a byte at a time, a large value costs more to compare than to apply.
    private static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset + 8 <= left.count {
            let word = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard word == right.loadUnaligned(fromByteOffset: offset, as: UInt64.self) else { return false }
            offset += 8
        }
        return left[offset...].elementsEqual(right[offset...])
    }

    public func hash(into hasher: inout Hasher) { withUnsafeBytes { hasher.combine(bytes: $0) } }
}

extension Payload: CustomStringConvertible {
    public var description: String { "\(count) bytes" }
}

/// A payload whose bytes come in pieces: memory of its final size, filled from the front.
public struct PayloadBuilder: ~Copyable {
    private let storage: PayloadStorage
    private var count = 0

    /// - Parameter byteCount: Of the whole; less than 4 GiB.
    public init(byteCount: Int) { storage = PayloadStorage.make(byteCount: byteCount) }

    /// How many bytes are yet to come.
    public var missing: Int { storage.bytes.count - count }

    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        invariant(bytes.count <= missing, "what comes belongs to the payload: \(bytes.count) of \(missing)")
        UnsafeMutableRawBufferPointer(rebasing: storage.bytes[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    /// All bytes came.
    public consuming func finish() -> Payload {
        invariant(missing == 0, "a payload is whole when it is used: \(missing) bytes are missing")
        return Payload(storage: storage, offset: 0, length: UInt32(count))
    }
}

/// The buffer behind payloads: never written again once a payload was made of it, hence safe to share.
@usableFromInline
final class PayloadStorage: @unchecked Sendable {
    @usableFromInline let bytes: UnsafeMutableRawBufferPointer

    static let empty = PayloadStorage(byteCount: 0)

    private init(byteCount: Int) {
        bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 8)
    }

    static func make(byteCount: Int) -> PayloadStorage {
        invariant(byteCount <= UInt32.max, "a payload buffer stays below 4 GiB: \(byteCount)")
        return PayloadStorage(byteCount: byteCount)
    }

    deinit { bytes.deallocate() }
}

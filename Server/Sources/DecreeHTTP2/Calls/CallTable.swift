import NIOCore

/// What one open call, or plain HTTP request, of an event loop is made of. Lives in a `CallTable`.
struct CallSlot {
    /// How often this place was used; part of every `CallID`.
    var generation: UInt64 = 1
    var method = MethodID.http
    var streamID: Int32 = 0
    var kind: CallKind = []
    /// The application was told of the call and may still answer it.
    var isOpen = false
    /// In the deadline wheel.
    var isTimed = false
    /// The connection outlives its calls, so it is not retained here.
    var http2: Unmanaged<HTTP2Connection>?
    var http1: HTTP1Connection?
    var input = CallInput()
    var output = CallOutput()
    var metadata = CallMetadata(nil)
    /// What is known of a plain HTTP request before its body is complete.
    var request: HTTPRequest?
    /// Neighbours among the calls of the connection.
    var previous = CallTable.none
    var next = CallTable.none
    /// Neighbours in the deadline wheel, and the nanosecond at which the call expires.
    var wheelPrevious = CallTable.none
    var wheelNext = CallTable.none
    var deadline = Int64.max
    /// What the call holds in the budget besides its messages, in bytes.
    var held = 0
}

/// The calls of one event loop, in places with stable addresses that are used again and again.
///
/// Here and in `HTTP2Connection` the hottest properties are exempt from the run-time check for overlapping access: one
/// thread uses them, they are plain numbers or are never passed on as `inout`, and the checks were a tenth of the cost
/// of a call.
final class CallTable {
    /// No place.
    static let none = UInt32.max
    private static let chunkBits: UInt32 = 8
    private static let chunkSize = 1 << Int(chunkBits)
    /// As many as a `CallID` can name.
    private static let maxPlaces = 1 << 24

    /// Room for all chunks there can be; the system gives memory only for what is used of it.
    private let chunks = UnsafeMutablePointer<UnsafeMutablePointer<CallSlot>>.allocate(capacity: maxPlaces / chunkSize)
    @exclusivity(unchecked) private var chunkCount = 0
    @exclusivity(unchecked) private var firstFree = CallTable.none
    /// Places in use.
    @exclusivity(unchecked) private(set) var count = 0

    deinit {
        for chunk in UnsafeBufferPointer(start: chunks, count: chunkCount) {
            for index in 0..<Self.chunkSize {
                chunk[index].input.partial.reset(freeing: true)
                chunk[index].output.waiting.reset(freeing: true)
            }
            chunk.deinitialize(count: Self.chunkSize)
            chunk.deallocate()
        }
        chunks.deallocate()
    }

    /// The place with this index, which must be one that `allocate` returned.
    @inline(__always)
    subscript(index: UInt32) -> UnsafeMutablePointer<CallSlot> {
        chunks[Int(index >> Self.chunkBits)] + Int(index & UInt32(Self.chunkSize - 1))
    }

    /// - Returns: a place in its initial state, or nil if all that a `CallID` can name are in use.
    func allocate() -> UInt32? {
        if firstFree == Self.none {
            guard chunkCount * Self.chunkSize < Self.maxPlaces else { return nil }
            grow()
        }
        let index = firstFree
        let slot = self[index]
        firstFree = slot.pointee.next
        slot.pointee.next = Self.none
        count += 1
        return index
    }

    private func grow() {
        let first = UInt32(chunkCount * Self.chunkSize)
        let chunk = UnsafeMutablePointer<CallSlot>.allocate(capacity: Self.chunkSize)
        chunk.initialize(repeating: CallSlot(), count: Self.chunkSize)
        (chunks + chunkCount).initialize(to: chunk)
        chunkCount += 1
        for offset in (0..<UInt32(Self.chunkSize)).reversed() {
            chunk[Int(offset)].next = firstFree
            firstFree = first + offset
        }
    }

    /// Makes every id of the place's present call invalid and the place free.
    func release(_ index: UInt32) {
        let slot = self[index]
        slot.pointee.generation += 1
        slot.pointee.kind = []
        slot.pointee.isOpen = false
        slot.pointee.isTimed = false
        slot.pointee.http2 = nil
        if slot.pointee.http1 != nil { slot.pointee.http1 = nil }
        slot.pointee.input.reset()
        slot.pointee.output.reset()
        if !slot.pointee.metadata.isEmpty { slot.pointee.metadata = CallMetadata(nil) }
        if slot.pointee.request != nil { slot.pointee.request = nil }
        slot.pointee.previous = Self.none
        slot.pointee.deadline = .max
        slot.pointee.held = 0
        slot.pointee.next = firstFree
        firstFree = index
        count -= 1
    }

    /// The id of the call that is in a place now.
    @inline(__always)
    func id(_ index: UInt32) -> CallID {
        CallID(index: index, generation: self[index].pointee.generation)
    }

    /// - Returns: the call's place if the application may still answer it.
    @inline(__always)
    func open(_ call: CallID) -> UnsafeMutablePointer<CallSlot>? {
        guard Int(call.index >> Self.chunkBits) < chunkCount else { return nil }
        let slot = self[call.index]
        guard slot.pointee.generation == call.generation, slot.pointee.isOpen else { return nil }
        return slot
    }
}

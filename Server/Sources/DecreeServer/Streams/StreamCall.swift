import DecreeEtcd
import DecreeNode
import DecreeRPC

/// A call that may bring and get more than one message: a value that owns what it answers and when.
///
/// Each method may use the line to send, to pause its client, and to end the call. A throw ends it, too.
public protocol StreamCall: Sendable {
    /// The client sent a message. The bytes are borrowed.
    mutating func received(
        _ message: UnsafeRawBufferPointer, _ node: LoopStatus, _ line: inout StreamLine) throws(RPCStatus)

    /// The client will send no more.
    mutating func halfClosed(_ node: LoopStatus, _ line: inout StreamLine) throws(RPCStatus)

    /// The line was full and is not any more.
    mutating func drained(_ node: LoopStatus, _ line: inout StreamLine) throws(RPCStatus)

    /// The node stands differently: it follows another leader, none, has left the phase that it was in, or serves reads
    /// again or no more.
    mutating func nodeChanged(_ node: LoopStatus, _ line: inout StreamLine) throws(RPCStatus)
}

/// The way to the client of a stream, as one step of the stream sees it.
public struct StreamLine {
    /// Whether the client reads slower than it is sent to: a well-behaved stream waits for `drained`.
    public let isFull: Bool
    /// Whether this member answers linearizable reads, as far as it was tried.
    public let isServing: Bool
    private(set) var outgoing: [Reply] = []
    private(set) var pause: Bool?
    private(set) var end: RPCStatus?

    init(isFull: Bool, isServing: Bool) {
        self.isFull = isFull
        self.isServing = isServing
    }

    public mutating func send(_ reply: Reply) { outgoing.append(reply) }

    /// Takes nothing more from the client until `resume`; bounds what a stream holds for a client that only sends.
    public mutating func pauseInbound() { pause = true }

    public mutating func resumeInbound() { pause = false }

    /// Ends the call once all that was sent has left.
    public mutating func finish(_ status: RPCStatus = .ok) { end = status }
}

import DecreeRPC

/// What a loop has counted since it started. Plain numbers, to be read on the loop.
public struct LoopCounters: Sendable {
    /// Bytes read from and written to the sockets of clients.
    public var bytesReceived: UInt64 = 0
    public var bytesSent: UInt64 = 0
    /// gRPC messages that were delivered and that were queued.
    public var messagesReceived: UInt64 = 0
    public var messagesSent: UInt64 = 0
    /// gRPC calls that reached the handler or were refused.
    public var callsStarted: UInt64 = 0
    /// Calls that were answered, by status code.
    public var callsEnded = [UInt64](repeating: 0, count: StatusCode.allCases.count)
    /// Calls that the client reset or left with its connection.
    public var callsAbandoned: UInt64 = 0
    public var httpRequests: UInt64 = 0
    public var connectionsOpened: UInt64 = 0
    public var connectionsClosed: UInt64 = 0
    /// Connections that were closed because the client broke a limit or the protocol.
    public var connectionsRefused: UInt64 = 0
    /// The calls of each method, whether they reached the handler or were refused before.
    public internal(set) var methods: MethodCounters

    /// Nothing happened yet.
    /// - Parameter methodCount: how many methods are told apart.
    public init(methodCount: Int = 0) {
        methods = MethodCounters(methodCount: methodCount)
    }
}

/// What became of the calls of each method.
public struct MethodCounters: Sendable {
    private static let codes = StatusCode.allCases.count

    private var started: [UInt64]
    private var received: [UInt64]
    private var sent: [UInt64]
    /// By method, and by status code within a method.
    private var ended: [UInt64]

    init(methodCount: Int) {
        started = Array(repeating: 0, count: methodCount)
        received = started
        sent = started
        ended = Array(repeating: 0, count: methodCount * Self.codes)
    }

    /// Calls that came.
    public func started(_ method: MethodID) -> UInt64 { started[Int(method.rawValue)] }

    /// Messages that were delivered to the handler.
    public func messagesReceived(_ method: MethodID) -> UInt64 { received[Int(method.rawValue)] }

    /// Messages that were queued for clients.
    public func messagesSent(_ method: MethodID) -> UInt64 { sent[Int(method.rawValue)] }

    /// Calls that ended with a status; those that clients gave up count as cancelled.
    public func ended(_ method: MethodID, _ code: StatusCode) -> UInt64 {
        ended[Int(method.rawValue) * Self.codes + Int(code.rawValue)]
    }

    mutating func countStart(_ method: MethodID) { started[Int(method.rawValue)] &+= 1 }

    mutating func countReceived(_ method: MethodID) { received[Int(method.rawValue)] &+= 1 }

    mutating func countSent(_ method: MethodID) { sent[Int(method.rawValue)] &+= 1 }

    mutating func countEnd(_ method: MethodID, _ code: StatusCode) {
        ended[Int(method.rawValue) * Self.codes + Int(code.rawValue)] &+= 1
    }
}

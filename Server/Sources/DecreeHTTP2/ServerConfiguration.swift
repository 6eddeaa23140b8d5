import DecreeRPC
import DecreeSockets
import NIOCore

/// An address to listen on.
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A host name or IPv4 or IPv6 address, and a port; 0 lets the system choose. `localhost` is both loopback addresses
    /// for a server.
    case tcp(host: String, port: Int)
    /// The path of a Unix domain socket; a socket file left behind is replaced.
    case unix(path: String)

    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// What a client names as `:authority`.
    var authority: String {
        if case .unix = self { return "localhost" }
        return description
    }
}

/// What a listener serves.
public struct ServedProtocols: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    /// The protocols whose bits are set.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// gRPC over HTTP/2.
    public static let grpc = ServedProtocols(rawValue: 1)
    /// Plain HTTP, over HTTP/1.1 and HTTP/2.
    public static let http = ServedProtocols(rawValue: 2)
}

/// Bounds on what clients may ask of the server. The defaults are etcd's where etcd has one.
public struct ServerLimits: Sendable {
    /// The largest request message, in bytes.
    public var maxMessageBytes = 2_097_152
    /// Clients that may be connected at once; nil: as many as leave descriptors for everything else.
    public var maxConnections: Int?
    /// Descriptors that are not for clients, beside those that any server needs: for connections between members.
    public var keptDescriptors = 0
    /// Streams that a connection may have open at once; the budget bounds them too.
    public var maxConcurrentStreams: UInt32 = .max
    /// Bytes of names and values in one header list, 32 more for each field, as HTTP/2 counts them.
    public var maxHeaderListBytes = 65_536
    /// How much a client may send ahead on one stream, in bytes.
    public var streamWindowBytes: Int32 = 1 << 20
    /// How much a client may send ahead on one connection, in bytes.
    public var connectionWindowBytes: Int32 = 4 << 20
    /// Bytes of incomplete requests that a connection may hold; the call that would exceed them fails.
    public var maxBufferedRequestBytes = 64 << 20
    /// Bytes of answers that may wait on one connection for a slow client; above it, new calls are refused.
    public var maxBufferedResponseBytes = 64 << 20
    /// Bytes that the server holds for all its clients together: requests that are not complete, answers that are not
    /// read, and the open calls themselves. Beyond it new calls are refused and answers fail with
    /// `ServerConfiguration.overloaded`. One answer alone may be larger.
    public var maxHeldBytes = 112 << 20
    /// A connection on which no more than this waits, in bytes, is answered even then, until half as much again is held.
    public var assuredResponseBytes = 32 << 10
    /// Above this many waiting bytes a stream will report when it has drained to half of it.
    public var streamHighWater = 256 << 10
    /// The largest body of a plain HTTP request, in bytes.
    public var maxHTTPBodyBytes = 2_097_152
    /// Stream resets by the client: how many at once, and how many a second in the long run.
    public var resetBurst = 20_000
    public var resetsPerSecond = 2_000
    /// Pings while the server has nothing to send: how many at once, and how many a second in the long run.
    public var pingBurst = 1_000
    public var pingsPerSecond = 50
    /// SETTINGS frames: how many at once, and how many a second in the long run.
    public var settingsBurst = 100
    public var settingsPerSecond = 10
    /// Frames without effect (empty DATA, PRIORITY): how many at once, and how many a second.
    public var emptyFrameBurst = 10_000
    public var emptyFramesPerSecond = 1_000
    /// WINDOW_UPDATE frames beyond two for each DATA frame that was sent: how many at once, and how many a second.
    public var updateBurst = 10_000
    public var updatesPerSecond = 1_000
    /// Requests that break the rules of HTTP: how many at once, and how many a second.
    public var malformedBurst = 1_000
    public var malformedPerSecond = 100

    /// The defaults.
    public init() {}
}

/// Spans of time, in whole seconds, that the server enforces on connections.
public struct ServerTimeouts: Sendable {
    /// A connection that was silent for this long is pinged; `never`: it is left alone.
    public var keepaliveIntervalSeconds = 7_200
    /// A pinged connection that stays silent for this long is closed; `never`: it stays open.
    public var keepaliveTimeoutSeconds = 20
    /// A new connection must show which protocol it speaks, and an HTTP/1 request must be complete, within this time.
    public var handshakeSeconds = 30
    /// An HTTP/1 connection without a request is closed after this time.
    public var idleHTTP1Seconds = 300
    /// A gRPC request that has begun must be complete within this time.
    public var requestSeconds = 120
    /// A connection that takes nothing of what waits for it is closed after this time.
    public var unreadSeconds = 300
    /// The same when more than half of `ServerLimits.maxHeldBytes` is held.
    public var unreadSecondsWhenTight = 10
    /// A client that acknowledges nothing of what was sent to it is gone after this time.
    public var unacknowledgedSeconds = 60

    /// How a connection looks for machines that are gone.
    var silenceWatch: SilenceWatch {
        SilenceWatch(
            patience: .seconds(Int64(unacknowledgedSeconds)), interval: .seconds(Int64(min(10, unacknowledgedSeconds))))
    }

    /// An HTTP/1 client that has closed its side still gets its answer within this time.
    public var halfClosedSeconds = 10

    func stalledSeconds(isTight: Bool) -> Int { isTight ? min(unreadSeconds, unreadSecondsWhenTight) : unreadSeconds }

    /// A time that does not come.
    public static let never = Int.max

    /// The defaults.
    public init() {}
}

/// One address to listen on and what is served there.
public struct Listener: Sendable {
    public var address: ListenAddress
    public var serves: ServedProtocols

    /// Serves both protocols unless told otherwise.
    public init(_ address: ListenAddress, serves: ServedProtocols = [.grpc, .http]) {
        self.address = address
        self.serves = serves
    }
}

/// All that a server needs to know before it starts.
public struct ServerConfiguration: Sendable {
    public var listeners: [Listener]
    public var limits = ServerLimits()
    public var timeouts = ServerTimeouts()
    /// What a call is told whose answer there is no room for.
    public var overloaded = RPCStatus(.resourceExhausted, "grpc: too many answers wait to be read")
    /// Said with every plain response.
    public var plainFields = HTTPField.openToAllPages
    /// Told in words, now and then, what an operator should know.
    public var report: (@Sendable (String) -> Void)?
    /// Connections that may wait to be accepted.
    public var backlog: Int32 = 1_024
    /// Called on the loop of each accepted connection, with the listener's index, before anything is read: the place
    /// to put TLS in front. Such a handler may fire `PeerIdentity` as a user event once it knows the client.
    public var prepare: (@Sendable (any Channel, Int) throws -> Void)?

    /// The default limits and timeouts.
    public init(listeners: [Listener]) {
        self.listeners = listeners
    }
}

/// A user event for the inbound side of a pipeline: who the client proved to be, such as the common name of its
/// certificate. Read it with `RPCLoop.peerIdentity(of:)`.
public struct PeerIdentity: Sendable, Hashable {
    public var name: String

    /// The name from the client's certificate.
    public init(name: String) {
        self.name = name
    }
}

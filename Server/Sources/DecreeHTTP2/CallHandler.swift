/// The application's side of one event loop: it takes the requests of all connections of that loop.
///
/// Every method is called on the loop, and never while another call into the handler is on the stack, except that
/// `cancelled` may be called from within an answer that meets a broken connection. An answer may be given at once or
/// any time later through the loop's `RPCLoop`. A call that was handed to the handler ends either with the handler's
/// own `respond`, `fail` or `finish`, or with `cancelled`, never with both.
public protocol CallHandler: AnyObject {
    /// A call to a client-streaming or bidirectional method began. Not called for methods that take one message.
    func opened(_ call: CallID, method: MethodID, metadata: CallMetadata)

    /// A message is complete. For unary and server-streaming methods it is the only one, the client has closed its
    /// side, and this is the first the handler hears of the call.
    ///
    /// - Parameter message: borrowed: valid until this method returns.
    func received(_ message: UnsafeRawBufferPointer, on call: CallID, method: MethodID, metadata: CallMetadata)

    /// The client will send no more messages on a client-streaming or bidirectional call.
    func halfClosed(_ call: CallID, method: MethodID)

    /// All input that this turn of the event loop found on its sockets was delivered: hand over what was gathered.
    /// Answers given here, or before, leave right afterwards, with one write per connection.
    func readComplete()

    /// The call is gone; answers to it are ignored from now on. `readComplete` follows in the same turn or the next.
    func cancelled(_ call: CallID, method: MethodID, reason: Cancellation)

    /// The bytes waiting to be sent on this call had exceeded `ServerLimits.streamHighWater` and fell to half of it.
    func drained(_ call: CallID, method: MethodID)

    /// The server shuts down: streams that would last are to be finished, for nothing else ends them before the grace
    /// period does. Calls may still come until every client knows.
    func shutdownBegins()

    /// A plain HTTP request is complete. Answer with `RPCLoop.respond(_:_:)` or `startResponse`. If the client goes
    /// before that, `cancelled` is called with `MethodID.http`.
    func received(_ request: HTTPRequest, on call: CallID)
}

extension CallHandler {
    public func opened(_ call: CallID, method: MethodID, metadata: CallMetadata) {}
    public func halfClosed(_ call: CallID, method: MethodID) {}
    public func drained(_ call: CallID, method: MethodID) {}
    public func shutdownBegins() {}
}

extension MethodID {
    /// Stands for the method of calls that are plain HTTP requests.
    public static let http = MethodID(rawValue: .max)
}

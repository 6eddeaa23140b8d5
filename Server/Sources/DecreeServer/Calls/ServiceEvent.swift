import DecreeEtcd
import DecreeNode
import DecreeStore

/// What happened at a client port or at the node behind it.
public enum ServiceEvent {
    /// A call of a method that takes one message: the message is here and the client has closed its side.
    /// The bytes are borrowed: valid until the step returns.
    case called(CallToken, EtcdMethod, Caller, message: UnsafeRawBufferPointer)
    /// A call of a method whose clients may send several messages began.
    case opened(CallToken, EtcdMethod, Caller)
    /// The next message of such a call. The bytes are borrowed.
    case received(CallToken, message: UnsafeRawBufferPointer)
    /// The client will send no more on such a call.
    case halfClosed(CallToken)
    /// A plain HTTP request is complete.
    case requested(CallToken, method: String, target: String)
    /// The call is gone: reset, disconnected, out of time. Nothing is to be sent on it any more.
    case cancelled(CallToken)
    /// What had gathered to be sent on a call that was full is on its way.
    case drained(CallToken)
    /// The port has no more events for now: what was gathered goes to the node.
    case turnEnded
    /// How the node stands. Told before its completions and before time.
    case nodeStands(LoopStatus)
    /// What the node completed.
    case completed([NodeCompletion<Store>])
    /// The deadline that the services asked for has come.
    case timePassed
    /// The port is about to close: whatever would last ends now.
    case stopping
}

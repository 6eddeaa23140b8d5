import DecreeEtcd
import DecreeRPC
import DecreeServer
import DecreeStore

/// Whether every request gets exactly one outcome: its own, in time, and nothing behind it.
public struct OutcomeChecker {
    /// What the checker knows of one call.
    private struct Watched {
        /// The answer that the node's completion stands for; nil: any error will do.
        var expected: [UInt8]?
        /// The step after which the call must have ended; nil: it may wait.
        var dueStep: Int?
        var isOver = false
        var isGone = false
        /// For streams: what the client may yet be sent.
        var owed: [[UInt8]] = []
        var isFull = false
        /// Takes no more once the step is over.
        var fills = false
    }

    private var calls: [CallToken: Watched] = [:]
    /// What was wrong first.
    public private(set) var finding: String?

    public init() {}

    mutating func note(_ text: String) { if finding == nil { finding = text } }

    mutating func opened(_ call: CallToken) { calls[call] = Watched() }

    mutating func cancelled(_ call: CallToken) { calls[call]?.isGone = true }

    /// The node has completed the request of a call, so that it ends in the same step.
    mutating func completed(_ call: CallToken, with expected: [UInt8]?, step: Int) {
        calls[call]?.expected = expected
        calls[call]?.dueStep = step
    }

    /// A call without a request to the node has all that it waits for.
    mutating func due(_ call: CallToken, step: Int) { calls[call]?.dueStep = step }

    /// The client of a stream sent a message that is to come back.
    mutating func echoes(_ call: CallToken, _ message: [UInt8]) { calls[call]?.owed.append(message) }

    mutating func filled(_ call: CallToken) { calls[call]?.fills = true }

    mutating func drained(_ call: CallToken) {
        calls[call]?.isFull = false
        calls[call]?.fills = false
    }

    mutating func sent(_ call: CallToken, _ message: [UInt8]) {
        guard let watched = watch(call, "a message") else { return }
        if watched.isFull, calls[call]?.fills == true { note("\(call): a message for a client that does not read") }
        guard watched.owed.first == message else { return note("\(call): a message that is not the stream's next") }
        calls[call]?.owed.removeFirst()
    }

    mutating func answered(_ call: CallToken, _ message: [UInt8]) {
        guard let watched = watch(call, "an answer") else { return }
        if watched.expected != message { note("\(call): an answer that is not its own") }
        calls[call]?.isOver = true
    }

    mutating func ended(_ call: CallToken, _ status: RPCStatus) {
        guard let watched = watch(call, "an end") else { return }
        if watched.expected != nil { note("\(call): failed by \(status), although the node had answered") }
        if status.code == .ok, !watched.owed.isEmpty { note("\(call): ended with \(watched.owed.count) messages owed") }
        calls[call]?.isOver = true
    }

    private mutating func watch(_ call: CallToken, _ what: String) -> Watched? {
        guard let watched = calls[call] else {
            note("\(call): \(what) for a call that was never opened")
            return nil
        }
        if watched.isGone { note("\(call): \(what) after the client had gone") }
        if watched.isOver { note("\(call): \(what) behind its end") }
        return watched
    }

    /// Looks for calls that should have ended.
    mutating func stepEnded(_ step: Int) {
        for call in Array(calls.keys) where calls[call]?.fills == true { calls[call]?.isFull = true }
        let late = calls.filter { !$0.value.isOver && !$0.value.isGone && ($0.value.dueStep ?? .max) <= step }
        // The first of them in an order of its own, so that equal runs find equal things.
        if let call = late.keys.min(by: { $0.rawValue < $1.rawValue }) { note("\(call): without an end in its time") }
    }
}

import DecreeEtcd
import DecreeNode

/// A stream of the health service: the state now, and again whenever it changes. A client that does not read is told the
/// newest state once it does, not all that were between.
struct HealthWatch: StreamCall {
    private let isKnown: Bool
    private var told: ServingState?

    /// - Parameter service: The only one that is served is the empty name; any other stays unknown.
    init(service: String) { isKnown = service.isEmpty }

    /// A member serves when it has formed its cluster and knows a leader.
    static func isServing(_ node: LoopStatus) -> Bool { node.phase == .serving && node.leader != nil }

    /// The one message of the call has been read into this value already.
    mutating func received(_ message: UnsafeRawBufferPointer, _ node: LoopStatus, _ line: inout StreamLine) {}

    mutating func halfClosed(_ node: LoopStatus, _ line: inout StreamLine) { tell(node, &line) }

    mutating func drained(_ node: LoopStatus, _ line: inout StreamLine) { tell(node, &line) }

    mutating func nodeChanged(_ node: LoopStatus, _ line: inout StreamLine) { tell(node, &line) }

    private mutating func tell(_ node: LoopStatus, _ line: inout StreamLine) {
        let state: ServingState = isKnown ? (Self.isServing(node) ? .serving : .notServing) : .unknownService
        guard state != told, !line.isFull else { return }
        told = state
        line.send(Reply(state))
    }
}

import DecreeEtcd
import DecreeNode

/// A stream of the health service: the state now, and again whenever it changes. A client that does not read is told the
/// newest state once it does, not all that were between.
struct HealthWatch: StreamCall {
    private let isKnown: Bool
    private var told: ServingState?

    /// - Parameter service: The only one that is served is the empty name; any other stays unknown.
    init(service: String) { isKnown = service.isEmpty }

    /// The one message of the call has been read into this value already.
    mutating func received(_ message: UnsafeRawBufferPointer, _ node: LoopStatus, _ line: inout StreamLine) {}

    mutating func halfClosed(_ node: LoopStatus, _ line: inout StreamLine) { tell(&line) }

    mutating func drained(_ node: LoopStatus, _ line: inout StreamLine) { tell(&line) }

    mutating func nodeChanged(_ node: LoopStatus, _ line: inout StreamLine) { tell(&line) }

    private mutating func tell(_ line: inout StreamLine) {
        let state: ServingState = isKnown ? (line.isServing ? .serving : .notServing) : .unknownService
        guard state != told, !line.isFull else { return }
        told = state
        line.send(Reply(state))
    }
}

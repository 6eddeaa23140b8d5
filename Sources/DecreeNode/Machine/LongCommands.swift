import PaxosBase
import PaxosLog

/// The commands of this node's clients that are not plainly short work. Those that wait for their turn are not in the log, so
/// that short ones, of which nobody knows yet in which order they came, go past them.
struct LongCommands<Machine: StateMachine> {
    /// One in each batch.
    var waiting = HeldRequests<Machine>()
    /// How long each takes that was proposed and has not ended, by the number of its waiter.
    private var underWay: [UInt64: TimeSpan] = [:]
    private var timeUnderWay = TimeSpan.zero
    /// Something has ended since anybody looked who is next.
    private(set) var mayGoOn = false

    @inline(__always)
    var isIdle: Bool { underWay.isEmpty }

    func hasRoom(for time: TimeSpan, within limit: TimeSpan) -> Bool {
        underWay.isEmpty || timeUnderWay + time <= limit
    }

    mutating func looked() { mayGoOn = false }

    mutating func began(_ number: UInt64, _ time: TimeSpan) {
        underWay[number] = time
        timeUnderWay = timeUnderWay + time
    }

    /// The command was handed to the machine, or given up.
    mutating func ended(_ number: UInt64) {
        guard let time = underWay.removeValue(forKey: number) else { return }
        timeUnderWay = TimeSpan(nanoseconds: timeUnderWay.nanoseconds - time.nanoseconds)
        mayGoOn = !waiting.isEmpty
    }
}

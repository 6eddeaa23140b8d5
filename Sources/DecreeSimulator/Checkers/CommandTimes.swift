/// When the commands of a history were invoked and returned, in the order of the log: tells by halving how many stand before
/// a time, since every question asks.
struct CommandTimes {
    /// The latest time at which a command up to this one was invoked: never falls.
    private var latestInvoked: [UInt64] = []
    /// The earliest time at which this command or one behind it returned: never falls.
    private var earliestReturned: [UInt64]

    /// - Parameter commands: In the order of the log; a command that nobody saw return has no end.
    init(_ commands: [(invoked: UInt64, returned: UInt64?)]) {
        latestInvoked.reserveCapacity(commands.count)
        var latest: UInt64 = 0
        for command in commands {
            latest = max(latest, command.invoked)
            latestInvoked.append(latest)
        }
        earliestReturned = commands.map { $0.returned ?? .max }
        for index in earliestReturned.indices.dropLast().reversed() {
            earliestReturned[index] = min(earliestReturned[index], earliestReturned[index + 1])
        }
    }

    /// How many commands there are up to the last that had returned before `time`.
    func countThroughLast(returnedBefore time: UInt64) -> Int {
        Self.count(in: earliestReturned) { $0 < time }
    }

    /// How many commands stand before the first that was invoked after `time`; all, if none was.
    func countBeforeFirst(invokedAfter time: UInt64) -> Int {
        Self.count(in: latestInvoked) { $0 <= time }
    }

    /// How many times at the beginning of `times`, which never fall, are so.
    private static func count(in times: [UInt64], where isSo: (UInt64) -> Bool) -> Int {
        var low = 0
        var high = times.count
        while low < high {
            let middle = (low + high) / 2
            if isSo(times[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension RecordedRun {
    /// By event: how many events of each node it knows of, its own included. One event happened before another if its clock is
    /// nowhere ahead.
    /// - Source: Mattern, "Virtual Time and Global States of Distributed Systems", 1989.
    public var clocks: [[Int]] {
        var clocks: [[Int]] = []
        for (event, causes) in zip(events, causes) {
            var clock = Array(repeating: 0, count: nodes.count)
            for cause in causes { clock = zip(clock, clocks[cause]).map { max($0, $1) } }
            clock[event.node] += 1
            clocks.append(clock)
        }
        return clocks
    }

    /// By event: what happened right before it, and had to. The event before at the same node, and the one by which the message
    /// was sent that arrives; ascending. Whatever else happened before is before one of these, or could have come later.
    /// - Source: Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978 ("happened before").
    public var causes: [[Int]] {
        var last = Array(repeating: Int?.none, count: nodes.count)
        return events.enumerated().map { place, event in
            let former = last[event.node]
            let sending = event.message.flatMap { messages[$0].sentBy }
            last[event.node] = place
            return Set([former, sending].compactMap(\.self)).sorted()
        }
    }
}

extension RecordedRun {
    /// The first event that another run does not have in the same place; nil when they are equal as far as one can see.
    public func firstDifference(from other: RecordedRun) -> Int? {
        let common = zip(events, other.events).prefix { isSame($0, $1, other) }
        let count = Array(common).count
        return count == max(events.count, other.events.count) ? nil : count
    }

    private func isSame(_ event: RecordedEvent, _ theirs: RecordedEvent, _ other: RecordedRun) -> Bool {
        event.node == theirs.node && event.nanoseconds == theirs.nanoseconds && event.text == theirs.text
            && kinds[event.kind].name == other.kinds[theirs.kind].name
    }
}

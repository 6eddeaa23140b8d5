extension RecordedRun {
    /// A part of the run, as a run of its own: what nodes held before is told, and messages that were sent before come from
    /// before its first event.
    public func part(_ range: Range<Int>) -> RecordedRun {
        guard range != events.indices else { return self }
        var part = self
        for node in part.nodes.indices {
            let former = events[..<range.lowerBound].last { $0.node == node && $0.facts != nil }
            if let facts = former?.facts { part.nodes[node].facts = facts }
        }
        part.events = Array(events[range])
        part.difference = difference.flatMap { range.contains($0) ? $0 - range.lowerBound : nil }
        part.messages = []
        var places: [Int: Int] = [:]
        for (place, message) in messages.enumerated() {
            guard let moved = message.moved(into: range) else { continue }
            places[place] = part.messages.count
            part.messages.append(moved)
        }
        for index in part.events.indices {
            part.events[index].message = part.events[index].message.flatMap { places[$0] }
        }
        return part
    }
}

extension RecordedMessage {
    /// As it is within a part of the run; nil when that has nothing of it.
    fileprivate func moved(into range: Range<Int>) -> RecordedMessage? {
        if let sentBy, sentBy >= range.upperBound { return nil }
        var moved = self
        moved.sentBy = sentBy.flatMap { $0 < range.lowerBound ? nil : $0 - range.lowerBound }
        switch fate {
        case .arrived(let event), .lost(let event):
            if event < range.lowerBound { return nil }
            moved.fate = event >= range.upperBound ? .underWay : fate.moved(by: range.lowerBound)
        case .underWay: break
        }
        return moved
    }
}

extension RecordedMessage.Fate {
    fileprivate func moved(by offset: Int) -> Self {
        switch self {
        case .arrived(let event): .arrived(event - offset)
        case .lost(let event): .lost(event - offset)
        case .underWay: .underWay
        }
    }
}

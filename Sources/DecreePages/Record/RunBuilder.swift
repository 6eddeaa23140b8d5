/// Puts a run together as it happens: kinds get their places, messages the events by which they were sent and arrive.
public struct RunBuilder: Sendable {
    public private(set) var kinds: [RecordedKind] = []
    public var events: [RecordedEvent] = []
    public var messages: [RecordedMessage] = []

    public init() {}

    /// Kinds of one name are one kind.
    public mutating func place(of kind: RecordedKind) -> Int {
        if let place = kinds.firstIndex(where: { $0.name == kind.name }) { return place }
        kinds.append(kind)
        return kinds.count - 1
    }

    /// Something happens at a node.
    public mutating func happened(_ node: Int, _ kind: RecordedKind, _ text: String) {
        events.append(RecordedEvent(node: node, kind: place(of: kind), text: text))
    }

    /// A message leaves.
    /// - Parameter event: By which; nil when that was before the first.
    /// - Returns: Its place.
    @discardableResult
    public mutating func sent(
        _ kind: RecordedKind, _ text: String, from: Int, to: Int, by event: Int?
    ) -> Int {
        messages.append(
            RecordedMessage(from: from, to: to, kind: place(of: kind), text: text, sentBy: event))
        return messages.count - 1
    }

    /// A message arrives: that is an event of its receiver. What arrives once more is another message of the same sender.
    public mutating func arrived(_ place: Int) {
        var message = messages[place]
        let isFirst = message.fate == .underWay
        message.fate = .arrived(events.count)
        let index = isFirst ? place : messages.count
        if isFirst { messages[place] = message } else { messages.append(message) }
        var event = RecordedEvent(node: message.to, kind: message.kind, text: message.text)
        event.message = index
        events.append(event)
    }

    /// A message gets lost, at the earliest behind the event by which it was sent.
    public mutating func lost(_ place: Int) {
        messages[place].fate = .lost(max(messages[place].sentBy ?? 0, events.count - 1))
    }

    /// What was put together, with words around it.
    public func run(title: String, origin: String, command: String, nodes: [RecordedNode]) -> RecordedRun {
        var run = RecordedRun(title: title, origin: origin, command: command, nodes: nodes, kinds: kinds)
        run.events = events
        run.messages = messages
        return run
    }
}

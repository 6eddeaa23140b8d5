/// A queue of what may be anything, with removal from its midst; takes from the front in constant time on average.
struct Row<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { count == 0 }

    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head].take()
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64 && head * 2 >= elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Changes each element where it stands.
    mutating func update(_ change: (inout Element) -> Void) {
        for place in head..<elements.count { change(&elements[place]!) }
    }

    /// - Returns: What was removed, in order.
    @discardableResult
    mutating func removeAll(where isGone: (Element) -> Bool) -> [Element] {
        var kept: [Element?] = []
        var gone: [Element] = []
        for case let element? in elements[head...] {
            if isGone(element) { gone.append(element) } else { kept.append(element) }
        }
        elements = kept
        head = 0
        return gone
    }
}

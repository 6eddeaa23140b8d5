/// Those whose work waits for a later turn of the event loop, in the order in which they came.
struct TurnRow<Element> {
    private var waiting: [Element] = []

    var isEmpty: Bool { waiting.isEmpty }

    mutating func append(_ element: Element) { waiting.append(element) }

    /// Begins a turn: takes all that wait now. Who comes meanwhile waits for the next.
    mutating func takeAll() -> [Element] {
        defer { waiting = [] }
        return waiting
    }

    /// Ends a turn: who had none in it comes before those who came meanwhile, lest the same ones go on each time.
    mutating func putBack(_ others: ArraySlice<Element>) { waiting = others + waiting }
}

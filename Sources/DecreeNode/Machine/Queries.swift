import PaxosBase
import PaxosLog

/// A query that was not begun yet.
struct WaitingQuery<Machine: StateMachine> {
    let port: PortID
    let token: UInt64
    let query: Machine.Query
}

/// A query that took more than one step.
struct OpenCursor<Machine: StateMachine> {
    let port: PortID
    let token: UInt64
    var cursor: Machine.Cursor
    let deadline: Instant
}

/// Counted beside the rows of queries: asked in every turn, by code that does not know the machine.
struct QueryCounts {
    /// How many wait for a barrier or their turn.
    var waiting = 0
    /// Of those, how many wait for their turn only.
    var ready = 0
    var cursors = 0

    var isIdle: Bool { cursors == 0 && ready == 0 }
}

/// The queries of a group, from their coming to their answer: gathered, behind a barrier, ready, open.
struct Queries<Machine: StateMachine> {
    private(set) var counts = QueryCounts()
    /// Linearizable queries of the turn under way.
    private var gathering: [WaitingQuery<Machine>] = []
    /// Asked in every turn with requests, like ``counts``.
    private var hasGathered = false
    private var barriers = Barriers<Machine>()
    private var ready = Row<WaitingQuery<Machine>>()
    private var cursors = Row<OpenCursor<Machine>>()

    mutating func gather(_ query: WaitingQuery<Machine>) {
        counts.waiting += 1
        hasGathered = true
        gathering.append(query)
    }

    mutating func makeReady(_ query: WaitingQuery<Machine>) {
        counts.waiting += 1
        counts.ready += 1
        ready.append(query)
    }

    /// Puts what was gathered behind a new barrier; nil when nothing was.
    mutating func closeBarrier() -> ReadToken? {
        guard hasGathered else { return nil }
        hasGathered = false
        defer { gathering = [] }
        return barriers.append(gathering)
    }

    /// The barrier was reached.
    mutating func release(_ token: ReadToken) {
        for query in barriers.take(token) {
            counts.ready += 1
            ready.append(query)
        }
    }

    /// The barrier was not reached in time.
    mutating func fail(_ token: ReadToken) -> [WaitingQuery<Machine>] {
        let failed = barriers.take(token)
        counts.waiting -= failed.count
        return failed
    }

    /// Takes all that wait for a barrier.
    mutating func takeBarriers() -> [WaitingQuery<Machine>] {
        let waiting = barriers.takeAll()
        counts.waiting -= waiting.count
        return waiting
    }

    mutating func popReady() -> WaitingQuery<Machine>? {
        guard let query = ready.popFirst() else { return nil }
        counts.waiting -= 1
        counts.ready -= 1
        return query
    }

    /// The cursor whose turn it is.
    mutating func popCursor() -> OpenCursor<Machine>? {
        guard let cursor = cursors.popFirst() else { return nil }
        counts.cursors -= 1
        return cursor
    }

    /// Puts a cursor at the end of the row.
    mutating func append(_ cursor: OpenCursor<Machine>) {
        counts.cursors += 1
        cursors.append(cursor)
    }

    /// Forgets the queries of a client that is gone.
    /// - Returns: Cursors for the machine to give up.
    mutating func remove(where isGone: (_ port: PortID, _ token: UInt64) -> Bool) -> [Machine.Cursor] {
        var removed = ready.removeAll { isGone($0.port, $0.token) }.count
        removed += barriers.remove(where: isGone)
        counts.waiting -= removed
        let gone = cursors.removeAll { isGone($0.port, $0.token) }.map(\.cursor)
        counts.ready = ready.count
        counts.cursors -= gone.count
        return gone
    }

    /// Takes everything, for a node that ends.
    mutating func takeAll() -> (waiting: [WaitingQuery<Machine>], open: [OpenCursor<Machine>]) {
        let waiting = gathering + barriers.takeAll() + ready.removeAll { _ in true }
        let open = cursors.removeAll { _ in true }
        gathering = []
        hasGathered = false
        counts = QueryCounts()
        return (waiting, open)
    }
}

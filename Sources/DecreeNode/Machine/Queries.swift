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

/// The queries of a group, from their coming to their answer: gathered, behind a barrier, ready, open.
struct Queries<Machine: StateMachine> {
    /// Linearizable queries of the turn under way.
    private var gathering: [WaitingQuery<Machine>] = []
    /// Those that wait for a barrier; each barrier stands for all queries of one turn.
    private var barriers: [(token: ReadToken, queries: [WaitingQuery<Machine>])] = []
    private var lastToken: UInt64 = 0
    private var ready = Row<WaitingQuery<Machine>>()
    private var cursors = Row<OpenCursor<Machine>>()
    /// How many wait for a barrier or their turn.
    private(set) var waitingCount = 0

    /// Counted beside the rows: asked in every turn, by code that does not know the machine.
    private(set) var readyCount = 0
    private(set) var cursorCount = 0

    var hasReady: Bool { readyCount > 0 }
    var isIdle: Bool { cursorCount == 0 && readyCount == 0 }

    mutating func gather(_ query: WaitingQuery<Machine>) {
        waitingCount += 1
        gathering.append(query)
    }

    mutating func makeReady(_ query: WaitingQuery<Machine>) {
        waitingCount += 1
        readyCount += 1
        ready.append(query)
    }

    /// Puts what was gathered behind a new barrier; nil when nothing was.
    mutating func closeBarrier() -> ReadToken? {
        guard !gathering.isEmpty else { return nil }
        lastToken += 1
        barriers.append((ReadToken(lastToken), gathering))
        gathering = []
        return ReadToken(lastToken)
    }

    /// The barrier was reached.
    mutating func release(_ token: ReadToken) {
        for query in takeBarrier(token) {
            readyCount += 1
            ready.append(query)
        }
    }

    /// The barrier was not reached in time.
    mutating func fail(_ token: ReadToken) -> [WaitingQuery<Machine>] {
        let failed = takeBarrier(token)
        waitingCount -= failed.count
        return failed
    }

    private mutating func takeBarrier(_ token: ReadToken) -> [WaitingQuery<Machine>] {
        guard let index = barriers.firstIndex(where: { $0.token == token }) else { return [] }
        return barriers.remove(at: index).queries
    }

    /// Takes all that wait for a barrier.
    mutating func takeBarriers() -> [WaitingQuery<Machine>] {
        let waiting = barriers.flatMap(\.queries)
        barriers = []
        waitingCount -= waiting.count
        return waiting
    }

    mutating func popReady() -> WaitingQuery<Machine>? {
        guard let query = ready.popFirst() else { return nil }
        waitingCount -= 1
        readyCount -= 1
        return query
    }

    /// The cursor whose turn it is.
    mutating func popCursor() -> OpenCursor<Machine>? {
        guard let cursor = cursors.popFirst() else { return nil }
        cursorCount -= 1
        return cursor
    }

    /// Puts a cursor at the end of the row.
    mutating func append(_ cursor: OpenCursor<Machine>) {
        cursorCount += 1
        cursors.append(cursor)
    }

    /// Forgets the queries of a client that is gone.
    /// - Returns: Cursors for the machine to give up.
    mutating func remove(where isGone: (_ port: PortID, _ token: UInt64) -> Bool) -> [Machine.Cursor] {
        var removed = ready.removeAll { isGone($0.port, $0.token) }.count
        for index in barriers.indices {
            let before = barriers[index].queries.count
            barriers[index].queries.removeAll { isGone($0.port, $0.token) }
            removed += before - barriers[index].queries.count
        }
        waitingCount -= removed
        let gone = cursors.removeAll { isGone($0.port, $0.token) }.map(\.cursor)
        readyCount = ready.count
        cursorCount -= gone.count
        return gone
    }

    /// Takes everything, for a node that ends.
    mutating func takeAll() -> (waiting: [WaitingQuery<Machine>], open: [OpenCursor<Machine>]) {
        let waiting = gathering + barriers.flatMap(\.queries) + ready.removeAll { _ in true }
        let open = cursors.removeAll { _ in true }
        self = Queries()
        return (waiting, open)
    }
}

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
    private var barriers = Barriers<Machine>()
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
        defer { gathering = [] }
        return barriers.append(gathering)
    }

    /// The barrier was reached.
    mutating func release(_ token: ReadToken) {
        for query in barriers.take(token) {
            readyCount += 1
            ready.append(query)
        }
    }

    /// The barrier was not reached in time.
    mutating func fail(_ token: ReadToken) -> [WaitingQuery<Machine>] {
        let failed = barriers.take(token)
        waitingCount -= failed.count
        return failed
    }

    /// Takes all that wait for a barrier.
    mutating func takeBarriers() -> [WaitingQuery<Machine>] {
        let waiting = barriers.takeAll()
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
        removed += barriers.remove(where: isGone)
        waitingCount -= removed
        let gone = cursors.removeAll { isGone($0.port, $0.token) }.map(\.cursor)
        readyCount = ready.count
        cursorCount -= gone.count
        return gone
    }

    /// Takes everything, for a node that ends.
    mutating func takeAll() -> (waiting: [WaitingQuery<Machine>], open: [OpenCursor<Machine>]) {
        let waiting = gathering + barriers.takeAll() + ready.removeAll { _ in true }
        let open = cursors.removeAll { _ in true }
        gathering = []
        (waitingCount, readyCount, cursorCount) = (0, 0, 0)
        return (waiting, open)
    }
}

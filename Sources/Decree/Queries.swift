import NIOCore
import PaxosBase
import PaxosLog

/// A query that was not begun yet.
struct WaitingQuery<Machine: StateMachine & SendableMetatype> {
    let port: PortState<Machine>
    let token: UInt64
    let query: Machine.Query
}

/// A query that took more than one step.
struct OpenCursor<Machine: StateMachine & SendableMetatype> {
    let port: PortState<Machine>
    let token: UInt64
    var cursor: Machine.Cursor
    let deadline: Instant
}

/// The queries of a node, from their coming to their answer: gathered, behind a barrier, ready, open.
struct Queries<Machine: StateMachine & SendableMetatype> {
    private let settings: NodeSettings
    /// Linearizable queries of the turn under way.
    private var gathering: [WaitingQuery<Machine>] = []
    /// Those that wait for a barrier; each barrier stands for all queries of one turn.
    private var barriers: [(token: ReadToken, queries: [WaitingQuery<Machine>])] = []
    private var lastToken: UInt64 = 0
    private var ready = CircularBuffer<WaitingQuery<Machine>>()
    private var cursors = CircularBuffer<OpenCursor<Machine>>()
    /// How many wait for a barrier or their turn.
    private(set) var waitingCount = 0

    init(settings: NodeSettings) { self.settings = settings }

    var cursorCount: Int { cursors.count }
    var hasReady: Bool { !ready.isEmpty }
    var hasRoomForCursor: Bool { cursors.count < settings.maximumCursors }

    /// When cursors have to be looked at even if nothing else happens: at once, as long as there are any.
    var nextDeadline: Instant { cursors.isEmpty && ready.isEmpty ? .distantFuture : .zero }

    mutating func gather(_ query: WaitingQuery<Machine>) {
        waitingCount += 1
        gathering.append(query)
    }

    mutating func makeReady(_ query: WaitingQuery<Machine>) {
        waitingCount += 1
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
        for query in takeBarrier(token) { ready.append(query) }
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
        return query
    }

    /// The cursor whose turn it is.
    mutating func popCursor() -> OpenCursor<Machine>? { cursors.popFirst() }

    /// Puts a cursor at the end of the row.
    mutating func append(_ cursor: OpenCursor<Machine>) { cursors.append(cursor) }

    /// Forgets the queries of a client that is gone.
    /// - Returns: Cursors for the machine to give up.
    mutating func remove(where isGone: (_ owner: (port: PortState<Machine>, token: UInt64)) -> Bool) -> [Machine.Cursor]
    {
        let before = ready.count + barriers.reduce(0) { $0 + $1.queries.count }
        ready = CircularBuffer(ready.filter { !isGone(($0.port, $0.token)) })
        for index in barriers.indices { barriers[index].queries.removeAll { isGone(($0.port, $0.token)) } }
        waitingCount -= before - ready.count - barriers.reduce(0) { $0 + $1.queries.count }
        let gone = cursors.filter { isGone(($0.port, $0.token)) }
        cursors = CircularBuffer(cursors.filter { !isGone(($0.port, $0.token)) })
        return gone.map(\.cursor)
    }

    /// Takes everything, for a node that stops.
    mutating func takeAll() -> (waiting: [WaitingQuery<Machine>], open: [OpenCursor<Machine>]) {
        let waiting = gathering + barriers.flatMap(\.queries) + Array(ready)
        let open = Array(cursors)
        self = Queries(settings: settings)
        return (waiting, open)
    }
}

// Queries take their steps at the end of a turn, when everything else of it is done.
extension ReplicaLoop {
    /// How much of a turn first steps of queries may take: most are short and end with it.
    private var beginningSlice: TimeSpan { settings.querySlice * 5 }

    /// Begins queries that are ready, in the order in which they became so.
    func beginQueries() {
        guard queries.hasReady else { return }
        let end = now + beginningSlice
        var begun = 0
        while let query = queries.popReady() {
            begin(query)
            begun += 1
            if begun % 16 == 0 && MonotonicClock.now() > end { return }
        }
    }

    private func begin(_ query: WaitingQuery<Machine>) {
        switch machine.begin(query.query) {
        case .finished(let answer): answerQuery(query.port, query.token, answer)
        case .unfinished(let cursor):
            guard queries.hasRoomForCursor else {
                abandon(cursor)
                return failQuery(query, .overloaded)
            }
            let deadline = now + settings.queryTimeout
            queries.append(OpenCursor(port: query.port, token: query.token, cursor: cursor, deadline: deadline))
        }
    }

    private func answerQuery(_ port: PortState<Machine>, _ token: UInt64, _ answer: Machine.Answer) {
        status.counters.queriesAnswered &+= 1
        complete(port, .answer(token: token, answer))
    }

    /// Lets go of what a cursor pins, which housekeeping may have waited for.
    func abandon(_ cursor: Machine.Cursor) {
        machine.abandon(cursor)
        needsMaintenance = true
    }

    /// Advances open cursors in turn until the slice is used up.
    func advanceCursors() {
        guard queries.cursorCount > 0 else { return }
        let end = MonotonicClock.now() + settings.querySlice
        repeat {
            guard var open = queries.popCursor() else { return }
            if open.deadline <= now {
                abandon(open.cursor)
                status.counters.queriesFailed &+= 1
                fail(open.port, open.token, .timedOut)
                continue
            }
            switch machine.advance(open.cursor) {
            case .finished(let answer):
                needsMaintenance = true
                answerQuery(open.port, open.token, answer)
            case .unfinished(let cursor):
                open.cursor = cursor
                queries.append(open)
            }
        } while MonotonicClock.now() < end
    }
}

import PaxosLog

/// The queries that wait for a barrier; each barrier stands for all linearizable queries of one turn.
///
/// Barriers are numbered without a gap, so that each is found at once, and most end in their order.
struct Barriers<Machine: StateMachine> {
    /// Queries of ended barriers are gone; the first barrier of the row has not ended.
    private var row: [[WaitingQuery<Machine>]?] = []
    /// How many at the front of ``row`` have ended.
    private var head = 0
    /// The number of the first in ``row``.
    private var firstNumber: UInt64 = 1

    /// - Returns: The new barrier for these queries.
    mutating func append(_ queries: [WaitingQuery<Machine>]) -> ReadToken {
        row.append(queries)
        return ReadToken(firstNumber + UInt64(row.count - 1))
    }

    /// Ends a barrier.
    /// - Returns: The queries that waited for it; none if it ended before.
    mutating func take(_ token: ReadToken) -> [WaitingQuery<Machine>] {
        guard token.rawValue >= firstNumber, token.rawValue - firstNumber < UInt64(row.count) else { return [] }
        let queries = row[Int(token.rawValue - firstNumber)].take()
        dropEnded()
        return queries ?? []
    }

    private mutating func dropEnded() {
        while head < row.count, row[head] == nil { head += 1 }
        guard head == row.count || (head >= 64 && head * 2 >= row.count) else { return }
        row.removeFirst(head)
        firstNumber += UInt64(head)
        head = 0
    }

    /// Ends all barriers.
    mutating func takeAll() -> [WaitingQuery<Machine>] {
        let queries = row[head...].flatMap { $0 ?? [] }
        firstNumber += UInt64(row.count)
        (row, head) = ([], 0)
        return queries
    }

    /// Forgets queries, wherever they wait.
    /// - Returns: How many.
    mutating func remove(where isGone: (_ port: PortID, _ token: UInt64) -> Bool) -> Int {
        var removed = 0
        for place in head..<row.count {
            let before = row[place]?.count ?? 0
            row[place]?.removeAll { isGone($0.port, $0.token) }
            removed += before - (row[place]?.count ?? 0)
        }
        return removed
    }
}

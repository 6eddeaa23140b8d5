/// Counts the keys of a range at an old revision, in steps.
///
/// Either the count of now is corrected by what has changed since, along the log of revisions, or the range is walked.
/// The log tells how many changes there are; how many keys a walk meets is not known, since those that do not exist now
/// are not counted: a walk is chosen only where correcting would be long.
struct HistoricCount {
    private enum Method {
        /// Corrects by the changes from this position of the log on.
        case correcting(next: Int)
        /// Walks, and goes on behind a key.
        case walking
    }

    private let revision: Int64
    /// The count that is corrected holds as of this revision; later changes do not concern it.
    private let baseRevision: Int64
    private let logEnd: Int
    private var method: Method
    private var resumeKey: [UInt8] = []
    private(set) var count: Int

    init(_ span: KeySpan, at revision: Int64, on state: borrowing StoreState) {
        self.revision = revision
        baseRevision = state.changeCount > 0 ? state.pendingRevision : state.revision
        logEnd = state.log.end
        let changes = state.log.firstPosition(after: revision)
        let countNow = state.tree.countLive(in: span)
        let changeCount = logEnd - changes
        // Half a dozen steps of correcting are never too many.
        if changeCount <= countNow || changeCount / 2 <= state.settings.workPerSlice {
            method = .correcting(next: changes)
            count = countNow
        } else {
            method = .walking
            count = 0
        }
    }

    /// - Returns: Whether ``count`` is complete.
    mutating func run(_ span: KeySpan, on state: borrowing StoreState, _ budget: inout Int) -> Bool {
        switch method {
        case .correcting(let next): return correct(span, from: next, on: state, &budget)
        case .walking: return walk(span, on: state, &budget)
        }
    }

    private mutating func correct(
        _ span: KeySpan, from start: Int, on state: borrowing StoreState, _ budget: inout Int
    ) -> Bool {
        var position = start
        while position < logEnd {
            if budget <= 0 {
                method = .correcting(next: position)
                return false
            }
            budget -= 4
            let change = state.log[position]
            position += 1
            let key = change.key
            // Each key counts once: at its first change after the revision.
            guard span.contains(key.key), key.firstVersion(after: revision) == change else { continue }
            let existed = key.version(at: revision)?.isAlive ?? false
            let exists = key.version(at: baseRevision)?.isAlive ?? false
            if existed != exists { count += existed ? 1 : -1 }
        }
        return true
    }

    private mutating func walk(_ span: KeySpan, on state: borrowing StoreState, _ budget: inout Int) -> Bool {
        var walk = KeyWalk(span, in: state.tree)
        if !resumeKey.isEmpty { resumeKey.withUnsafeBytes { walk.skip(through: $0, in: state.tree) } }
        while let key = walk.next() {
            if key.version(at: revision)?.isAlive ?? false { count += 1 }
            budget -= 2
            if budget <= 0 {
                resumeKey = Array(key.key)
                return false
            }
        }
        return true
    }
}

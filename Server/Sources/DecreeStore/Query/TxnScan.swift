import PaxosBase

/// Answers a transaction that only reads, in steps, at one revision.
///
/// First all comparisons along the way are decided, then the ranges of the chosen branches are read one after the
/// other, then the answers are put into the shape of the request.
struct TxnScan {
    /// One transaction on the way through the tree.
    private struct Frame {
        let request: TxnRequest
        var compare = 0
        var scan: CompareScan?
        var isDecided = false
        var branch: [RequestOperation] = []
        var operation = 0
    }

    /// What runs, in order: transactions with their decisions, and ranges.
    private enum Item {
        case txn(succeeded: Bool, operations: Int)
        case range(RangeRequest)
    }

    private let revision: Int64
    private let headerRevision: Revision
    private var frames: [Frame]
    private var items: [Item] = []
    private var nextItem = 0
    private var scan: RangeScan?
    private var responses: [RangeResponse] = []
    /// What the ranges that have not been read may still take, all together.
    private var room: AnswerRoom
    private let wholeRoom: AnswerRoom
    /// The oldest revision that a range of the transaction reads.
    private(set) var oldestRevision: Int64

    /// - Throws: What validation gives, or `notReadOnly`.
    init(_ request: TxnRequest, on state: borrowing StoreState) throws(StoreError) {
        try request.validate(maximumOperations: .max)
        guard request.isReadOnly else { throw .notReadOnly }
        revision = state.revision
        headerRevision = Revision(state.revision)
        oldestRevision = state.revision
        room = AnswerRoom(byteCount: state.settings.responseByteLimit, isOfQuery: true)
        wholeRoom = room
        frames = [Frame(request: request)]
    }

    /// What is held for the answer at the moment, in bytes.
    var heldByteCount: Int { wholeRoom.left - room.left + (scan?.heldByteCount ?? 0) }

    /// Goes on until the budget has run out or the response is complete.
    mutating func run(on state: inout StoreState, _ budget: inout Int) throws(StoreError) -> TxnResponse? {
        while !frames.isEmpty {
            guard try advanceDecisions(on: state, &budget) else { return nil }
        }
        while nextItem < items.count {
            guard try advanceReading(on: &state, &budget) else { return nil }
        }
        var item = 0
        var response = 0
        return assemble(&item, &response)
    }

    /// - Returns: False when the budget has run out.
    private mutating func advanceDecisions(
        on state: borrowing StoreState, _ budget: inout Int
    ) throws(StoreError) -> Bool {
        let top = frames.count - 1
        if !frames[top].isDecided {
            guard let holds = decide(&frames[top], on: state, &budget) else { return false }
            let request = frames[top].request
            frames[top].isDecided = true
            frames[top].branch = holds ? request.success : request.failure
            items.append(.txn(succeeded: holds, operations: frames[top].branch.count))
        }
        while frames[top].operation < frames[top].branch.count {
            if budget <= 0 { return false }
            budget -= 1
            let operation = frames[top].branch[frames[top].operation]
            frames[top].operation += 1
            switch operation {
            case .range(let range):
                // What was made since the transaction began lies in the future for it.
                if range.revision.rawValue > revision { throw .futureRevision }
                oldestRevision = min(oldestRevision, try state.resolveWithinTxn(range.revision))
                items.append(.range(range))
            case .txn(let nested):
                frames.append(Frame(request: nested))
                return true
            case .put, .deleteRange, .unset: throw .notReadOnly
            }
        }
        frames.removeLast()
        return true
    }

    private func decide(_ frame: inout Frame, on state: borrowing StoreState, _ budget: inout Int) -> Bool? {
        while frame.compare < frame.request.compares.count {
            if budget <= 0 { return nil }
            var scan = frame.scan ?? CompareScan(frame.request.compares[frame.compare])
            frame.scan = nil
            guard let holds = scan.run(at: revision, on: state, &budget) else {
                frame.scan = scan
                return nil
            }
            if !holds { return false }
            frame.compare += 1
        }
        return true
    }

    private mutating func advanceReading(on state: inout StoreState, _ budget: inout Int) throws(StoreError) -> Bool {
        if budget <= 0 { return false }
        budget -= 1
        guard case .range(let request) = items[nextItem] else {
            nextItem += 1
            return true
        }
        if scan == nil {
            let resolved = request.revision > .zero ? request.revision.rawValue : revision
            // Two descents, whatever is found.
            budget -= 4
            scan = RangeScan(request, at: resolved, room: room, on: state)
            scan?.start(on: &state)
        }
        guard var response = try scan?.run(on: &state, &budget) else { return false }
        response.revision = headerRevision
        try room.take(response.keyValues.heldByteCount)
        responses.append(response)
        scan = nil
        nextItem += 1
        return true
    }

    private func assemble(_ item: inout Int, _ response: inout Int) -> TxnResponse {
        guard case .txn(let succeeded, let operations) = items[item] else {
            return TxnResponse(revision: headerRevision, succeeded: false, responses: [])
        }
        item += 1
        var parts: [ResponseOperation] = []
        for _ in 0..<operations {
            if case .range = items[item] {
                parts.append(.range(responses[response]))
                response += 1
                item += 1
            } else {
                parts.append(.txn(assemble(&item, &response)))
            }
        }
        return TxnResponse(revision: headerRevision, succeeded: succeeded, responses: parts)
    }
}

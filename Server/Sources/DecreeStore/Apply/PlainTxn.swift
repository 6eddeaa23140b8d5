import PaxosBase

/// A transaction as most are: comparisons of single keys, and branches of a few plain puts, gets of the newest state, or
/// one deletion of a key. It is short work, and nothing in it can fail once it is sound, so it runs from the bytes of the command, without a tree of
/// requests. All others, and all that are unsound, go the long way of ``TxnRequest``, which tells what is wrong.
struct PlainTxn {
    /// More puts in one branch are compared with one another in other ways.
    static let maximumPuts = 8
    /// Longer lists, which only a server with a limit of its own lets pass, have their work counted.
    static let maximumOperations = 512

    private let succeeds: Bool
    /// The branch that runs: how many operations, and a reader that stands at the first.
    private let count: Int
    private let operations: OperationReader

    /// About what it does, in the units of ``CommandWork``.
    var work: Int { count &* CommandWork.put }

    /// Reads a command behind its kind, and decides.
    /// - Returns: Nil when the transaction is not a plain and sound one.
    init?(_ reader: OperationReader, on state: borrowing StoreState) {
        var reader = reader
        guard let compares = try? Self.decide(&reader, on: state) else { return nil }
        guard let success = try? reader.count() else { return nil }
        let successReader = reader
        guard Self.skipBranch(success, &reader), let failure = try? reader.count() else { return nil }
        let failureReader = reader
        guard Self.skipBranch(failure, &reader), (try? reader.finish()) != nil else { return nil }
        succeeds = compares
        count = compares ? success : failure
        operations = compares ? successReader : failureReader
    }

    /// Whether a command behind its kind is a plain and sound transaction, told without a look at the state.
    static func isPlain(_ reader: OperationReader) -> Bool {
        var reader = reader
        guard let compares = try? reader.count(), compares <= maximumOperations else { return false }
        for _ in 0..<compares where (try? reader.compare()) == nil { return false }
        guard let success = try? reader.count(), skipBranch(success, &reader) else { return false }
        guard let failure = try? reader.count(), skipBranch(failure, &reader) else { return false }
        return (try? reader.finish()) != nil
    }

    /// - Returns: Whether all comparisons hold; nil when one is not plain.
    private static func decide(
        _ reader: inout OperationReader, on state: borrowing StoreState
    ) throws(StoreError) -> Bool? {
        var holds = true
        let count = try reader.count()
        guard count <= maximumOperations else { return nil }
        for _ in 0..<count {
            guard let compare = try reader.compare() else { return nil }
            if holds { holds = compare.holds(for: state.tree.find(compare.key)?.latest) }
        }
        return holds
    }

    /// Reads over a branch.
    /// - Returns: Whether it is plain and sound.
    private static func skipBranch(_ count: Int, _ reader: inout OperationReader) -> Bool {
        var keys = InlineArray<8, ByteSpan>(repeating: ByteSpan(start: nil, count: 0))
        var puts = 0
        var deletions = 0
        guard count <= maximumOperations else { return false }
        for _ in 0..<count {
            guard let operation = try? reader.plainOperation() else { return false }
            switch operation {
            case .put(let put):
                guard put.isPlain, !put.key.isEmpty, puts < maximumPuts else { return false }
                for index in 0..<puts where Bytes.areEqual(keys[index], put.key) { return false }
                keys[puts] = put.key
                puts += 1
            case .deleteRange(let deletion):
                guard !deletion.key.isEmpty, deletion.range.isSingleKey else { return false }
                deletions += 1
            case .range(let range): guard !range.key.isEmpty, range.range.isSingleKey else { return false }
            }
        }
        return deletions == 0 || deletions + puts == 1
    }

    /// Runs the branch that was decided for.
    func run(on state: inout StoreState, _ payload: Payload, isAwaited: Bool) throws(StoreError) -> TxnResponse {
        var reader = operations
        var response = TxnResponse(revision: .zero, succeeded: succeeds, responses: [])
        if isAwaited { response.responses.reserveCapacity(count) }
        var failure: StoreError?
        for _ in 0..<count {
            do throws(StoreError) {
                let isShown = isAwaited && failure == nil
                let part = try run(try reader.plainOperation(), on: &state, reader, payload, isAwaited: isShown)
                if let part, isAwaited { response.responses.append(part) }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        response.revision = state.headerRevision
        return response
    }

    @inline(__always)
    private func run(
        _ operation: PlainOperation?, on state: inout StoreState, _ reader: OperationReader, _ payload: Payload,
        isAwaited: Bool
    ) throws(StoreError) -> ResponseOperation? {
        switch operation {
        case .put(let put): return .put(try state.put(put, isAwaited: isAwaited))
        case .deleteRange(let deletion): return .deleteRange(try state.deleteRange(deletion, isAwaited: isAwaited))
        case .range(let range):
            guard isAwaited else { return nil }
            return .range(try state.rangeWithinTxn(reader.request(of: range, in: payload)))
        case nil: return nil
        }
    }
}

/// One operation of a plain transaction.
enum PlainOperation {
    case put(PutSpan)
    case deleteRange(DeleteRangeSpan)
    case range(RangeSpan)
}

extension OperationReader {
    /// The next comparison; nil when it is not of a single key, or compares what only newer versions know.
    @inline(__always)
    fileprivate mutating func compare() throws(StoreError) -> CompareSpan? {
        guard let relation = Compare.Relation(rawValue: try byte()), relation != .unknown else { return nil }
        let target = try byte()
        var operand: Int64 = 0
        var value = UnsafeRawBufferPointer(start: nil, count: 0)
        switch target {
        case CompareTargetCode.value: value = try string()
        case CompareTargetCode.version, CompareTargetCode.createRevision, CompareTargetCode.modRevision,
            CompareTargetCode.lease:
            operand = try word()
        default: return nil
        }
        let range = try range()
        guard range.isSingleKey, !range.key.isEmpty else { return nil }
        return CompareSpan(relation: relation, target: target, operand: operand, value: value, key: range.key)
    }

    /// The next operation of a branch; nil when it is not a plain one.
    @inline(__always)
    fileprivate mutating func plainOperation() throws(StoreError) -> PlainOperation? {
        switch try byte() {
        case OperationKind.put.rawValue: return .put(try put())
        case OperationKind.deleteRange.rawValue: return .deleteRange(try deleteRange())
        case OperationKind.range:
            let flags = try byte()
            let plain = RangeFlags.keysOnly | RangeFlags.countOnly | RangeFlags.hasLimit
            guard flags & ~plain == 0 else { return nil }
            let limit = flags & RangeFlags.hasLimit != 0 ? try word() : 0
            return .range(RangeSpan(flags: flags, limit: limit, range: try range()))
        default: return nil
        }
    }

    fileprivate func request(of span: RangeSpan, in payload: Payload) -> RangeRequest {
        RangeRequest(
            keyRange(of: span.range, in: payload), limit: Int(span.limit),
            keysOnly: span.flags & RangeFlags.keysOnly != 0, countOnly: span.flags & RangeFlags.countOnly != 0)
    }
}

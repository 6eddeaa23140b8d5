import DecreeSimulator
import DecreeStore
import PaxosBase

// The model as the measure of histories.
extension StoreModel: SequentialModel {
    public var position: UInt64 { UInt64(revision) }

    /// A compaction changes what may be asked, and no revision.
    public var subposition: UInt64 { UInt64(floor + 1) }

    /// None where a client was told an error alone.
    public static func position(of output: StoreOutput) -> UInt64? {
        output.revision == .zero ? nil : UInt64(output.revision.rawValue)
    }

    /// Clients are told no revision together with an error.
    public static func position(of answer: StoreAnswer) -> UInt64? {
        if case .failure = answer.outcome { nil } else { UInt64(answer.revision.rawValue) }
    }

    public mutating func perform(_ operation: StoreClientOperation, output: StoreOutput?) -> String? {
        guard let command = operation.command else { return "\(operation) is no command" }
        let expected = apply(command)
        guard let output else { return nil }
        let shown = Shown(output)
        return shown.isTold(of: expected) ? nil : "\(operation): \(shown), should be \(expected)"
    }

    public func check(_ operation: StoreClientOperation, answer: StoreAnswer) -> String? {
        let shown = Shown(answer)
        let expected = expected(of: operation)
        return isRight(shown, expected, operation) ? nil : "\(operation): \(shown), should be \(expected)"
    }

    public func fits(_ operation: StoreClientOperation, answer: StoreAnswer) -> Bool {
        isRight(Shown(answer), expected(of: operation), operation)
    }

    private func isRight(_ shown: Shown, _ expected: Shown, _ operation: StoreClientOperation) -> Bool {
        switch (shown, expected) {
        case (.failure(let error, _), .failure(let other, _)) where error == other: true
        // A member says of itself where it stands, and nothing else that the model knows.
        case (.members, .status): true
        default: shown.isTold(of: expected) || isOvertaken(operation, shown)
        }
    }

    /// A transaction that only reads takes time; a compaction may overtake a range of it.
    private func isOvertaken(_ operation: StoreClientOperation, _ shown: Shown) -> Bool {
        guard case .failure(.compacted, _) = shown, case .txn(let request) = operation else { return false }
        return request.oldestRevision < floor
    }

    private func expected(of operation: StoreClientOperation) -> Shown {
        switch operation {
        case .range(let request, _):
            do throws(StoreError) { return try range(request) } catch { return .failure(error, revision) }
        case .txn(let request): return ask(request)
        case .hash(let asked): return hashed(asked)
        case .status:
            let now = state(at: .max)
            let bytes = now.reduce(0) { $0 + $1.key.count + $1.value.count }
            return .status(revision, floor: floor, keys: now.count, bytes: bytes)
        case .put, .deleteRange, .compact: return .members
        }
    }
}

extension TxnRequest {
    /// The oldest revision that any range asks for, in whichever branch.
    fileprivate var oldestRevision: Int64 {
        (success + failure).reduce(Int64.max) { oldest, operation in
            switch operation {
            case .range(let request): request.revision == .zero ? oldest : min(oldest, request.revision.rawValue)
            case .txn(let nested): min(oldest, nested.oldestRevision)
            case .put, .deleteRange, .unset: oldest
            }
        }
    }
}

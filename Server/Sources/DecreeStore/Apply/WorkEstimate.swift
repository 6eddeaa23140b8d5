import PaxosBase

// What an operation will cost about, told before it is proposed.
extension Store {
    /// Whether it is no transaction but one of few single keys, and no deletion of a range.
    public func isShort(_ command: Payload) -> Bool {
        command.withUnsafeBytes { (try? OperationReader.isShort($0)) ?? true }
    }

    /// From the number of keys that its ranges cover now.
    public func timeToApply(_ command: Payload) -> TimeSpan {
        TimeSpan(nanoseconds: UInt64(state.estimate(command)) * 50)
    }
}

extension OperationReader {
    fileprivate static func isShort(_ bytes: UnsafeRawBufferPointer) throws(StoreError) -> Bool {
        var reader = OperationReader(bytes)
        if reader.isAsked { _ = try reader.asker() }
        switch try reader.kind() {
        case .put, .compact, .publishMember: return true
        case .deleteRange: return try reader.deleteRange().range.isSingleKey
        case .txn: return PlainTxn.isPlain(reader)
        }
    }
}

extension StoreState {
    /// Longer transactions are not looked at, but taken for the longest work that there is: to look would be work itself.
    private static let longestRead = 64 << 10
    /// Nothing is counted beyond that, about 25 ms.
    private static let enough = 500_000

    /// In the units of ``CommandWork``.
    fileprivate func estimate(_ command: Payload) -> Int {
        guard command.count <= Self.longestRead else { return CommandWork.limit }
        guard let operation = try? StoreOperation(decoding: command) else { return 0 }
        switch operation {
        case .put, .compact, .publishMember: return CommandWork.put
        case .deleteRange(let request): return min(estimate(request), CommandWork.limit)
        case .txn(let request): return min(estimate(request), CommandWork.limit)
        }
    }

    private func estimate(_ request: DeleteRangeRequest) -> Int {
        var undeleted = tree.liveCount
        return request.withSpan { work(of: $0, undeleted: &undeleted) }
    }

    private func estimate(_ request: TxnRequest) -> Int {
        var sum = 0
        for compare in request.compares where sum < Self.enough {
            let count = compare.range.isSingleKey ? 0 : compare.range.withSpan { tree.countLive(in: $0) }
            sum += CommandWork.descent + 3 * count
        }
        return sum + max(estimate(request.success), estimate(request.failure))
    }

    private func estimate(_ operations: [RequestOperation]) -> Int {
        var sum = 0
        for operation in operations where sum < Self.enough {
            switch operation {
            case .range(let request): sum += work(of: request)
            case .put(let request): sum += CommandWork.put + workOfFormerValue(request)
            case .deleteRange(let request): sum += estimate(request)
            case .txn(let nested): sum += estimate(nested)
            case .unset: break
            }
        }
        return sum
    }
}

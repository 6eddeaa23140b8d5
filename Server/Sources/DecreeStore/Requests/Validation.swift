import PaxosBase

// What can be refused without looking at the state: asked before consensus, so that the log is spared, and again when
// an operation is applied, because what stands in the log was written by some other version of this program.

extension RangeRequest {
    /// - Throws: `keyNotProvided`.
    public func validate() throws(StoreError) {
        if range.key.isEmpty { throw .keyNotProvided }
    }
}

extension PutRequest {
    /// - Throws: `keyNotProvided`, `valueProvided` or `leaseProvided`.
    public func validate() throws(StoreError) {
        try withSpans { (span) throws(StoreError) in try span.validate() }
    }
}

extension DeleteRangeRequest {
    /// - Throws: `keyNotProvided`.
    public func validate() throws(StoreError) {
        if range.key.isEmpty { throw .keyNotProvided }
    }
}

extension TxnRequest {
    /// How deep transactions may nest whatever the server allows, so that no request exhausts the stack.
    public static let maximumNesting = 256

    /// Checks the whole tree, both branches.
    /// - Parameter maximumOperations: How long each list may be. What a transaction's longest list takes of it is no
    ///   longer there for those nested in it. It differs between servers, hence it decides nothing when applied.
    /// - Throws: `tooManyOperations`, `keyNotProvided`, `keyNotFound`, `valueProvided`, `leaseProvided`, `duplicateKey`
    ///   or `tooMuchWork`.
    public func validate(maximumOperations: Int = 128) throws(StoreError) {
        _ = try validated(maximumOperations: maximumOperations)
    }

    /// - Returns: What is left to do for the operations, once each was met.
    func validated(maximumOperations: Int) throws(StoreError) -> CommandWork {
        var work = CommandWork()
        try validate(maximumOperations: maximumOperations, nesting: 1, &work)
        try WriteFootprint.check(success)
        try WriteFootprint.check(failure)
        return work
    }

    fileprivate func validate(
        maximumOperations: Int, nesting: Int, _ work: inout CommandWork
    ) throws(StoreError) {
        let longest = max(compares.count, success.count, failure.count)
        if longest > maximumOperations || nesting > Self.maximumNesting { throw .tooManyOperations }
        for compare in compares where compare.range.key.isEmpty { throw .keyNotProvided }
        try work.take(CommandWork.descent * (1 + compares.count))
        for operation in success {
            try operation.validate(maximumOperations: maximumOperations - longest, nesting: nesting, &work)
        }
        for operation in failure {
            try operation.validate(maximumOperations: maximumOperations - longest, nesting: nesting, &work)
        }
    }
}

extension RequestOperation {
    /// - Parameter nesting: How many transactions it lies in.
    fileprivate func validate(
        maximumOperations: Int, nesting: Int, _ work: inout CommandWork
    ) throws(StoreError) {
        switch self {
        case .range(let request):
            try request.validate()
            try work.take(CommandWork.descent)
        case .put(let request):
            try request.validate()
            try work.take(CommandWork.put + CommandWork.ofValue(byteCount: request.value.count))
            try work.take((nesting - 1) * CommandWork.nestingOfWrite)
        case .deleteRange(let request):
            try request.validate()
            try work.take(CommandWork.descent + (nesting - 1) * CommandWork.nestingOfWrite)
        case .txn(let request):
            try request.validate(maximumOperations: maximumOperations, nesting: nesting + 1, &work)
        case .unset: throw .keyNotFound
        }
    }
}

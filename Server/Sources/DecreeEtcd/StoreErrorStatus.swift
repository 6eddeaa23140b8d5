import DecreeRPC
import DecreeStore

extension RPCStatus {
    /// What a client is told of the store's refusal.
    public init(_ error: StoreError) {
        self =
            switch error {
            case .keyNotProvided: EtcdError.emptyKey.status
            case .keyNotFound: EtcdError.keyNotFound.status
            case .valueProvided: EtcdError.valueProvided.status
            case .leaseProvided: EtcdError.leaseProvided.status
            case .leaseNotFound: EtcdError.leaseNotFound.status
            case .tooManyOperations: EtcdError.tooManyOperations.status
            case .duplicateKey: EtcdError.duplicateKey.status
            case .invalidSortOption: EtcdError.invalidSortOption.status
            case .compacted: EtcdError.compacted.status
            case .futureRevision: EtcdError.futureRevision.status
            case .responseTooLarge:
                RPCStatus(
                    .resourceExhausted, "decree: the answer is too large; ask for fewer keys at once with a limit")
            case .appliedResponseTooLarge:
                RPCStatus(
                    .resourceExhausted,
                    "decree: the request was applied, but its answer is too large; do not repeat it, "
                        + "and ask for fewer previous key-values at once")
            case .tooMuchWork:
                RPCStatus(
                    .resourceExhausted,
                    "decree: the request would look at or change too many keys at once, nothing was done; "
                        + "do it in parts")
            case .overloaded: EtcdError.tooManyRequests.status
            case .notReadOnly: RPCStatus(.internalError, "decree: a transaction with writes was routed as a read")
            case .malformedOperation: RPCStatus(.internalError, "decree: the log holds a command that cannot be read")
            case .unknownOperation(let kind):
                RPCStatus(.failedPrecondition, "decree: the log holds a command of a newer version (kind \(kind))")
            }
    }
}

/// Why the store refuses a request. A refused request changes nothing, with one exception: ``appliedResponseTooLarge``.
///
/// One case for each answer that clients can tell apart; texts and codes belong to the layer that speaks to them.
public enum StoreError: Error, Hashable, Sendable {
    /// A request, a comparison or an operation without a key.
    case keyNotProvided
    /// `ignoreValue` or `ignoreLease` on a key that does not exist, or an operation of a transaction left out.
    case keyNotFound
    /// `ignoreValue` together with a value.
    case valueProvided
    /// `ignoreLease` together with a lease.
    case leaseProvided
    case leaseNotFound
    /// More operations in a transaction than the server allows, or nested deeper than ``TxnRequest/maximumNesting``.
    case tooManyOperations
    /// One transaction would put a key twice, or put and delete it.
    case duplicateKey
    case invalidSortOption
    /// The revision lies below the compaction floor, or is to be compacted again.
    case compacted
    /// The revision has not been reached.
    case futureRevision
    /// The answer would be larger than the store may gather. Nothing was changed.
    case responseTooLarge
    /// A deletion, a put or a transaction has taken effect, but its answer with all that it was to show would be larger
    /// than the store may gather. How large is known only where somebody waits for it, and each replica has a limit of
    /// its own: hence it cannot be refused before.
    case appliedResponseTooLarge
    /// The request would look at more keys, or change more, than others may be kept waiting for. Nothing was changed.
    case tooMuchWork
    /// The queries under way hold as much as the store may gather for all of them together.
    case overloaded
    /// A transaction with writes came as a query.
    case notReadOnly
    /// What stands in the log is not an operation.
    case malformedOperation
    /// What stands in the log is an operation of a later version.
    case unknownOperation(kind: UInt8)
}

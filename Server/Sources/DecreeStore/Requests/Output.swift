/// What an applied operation yields for the client that sent it.
public struct StoreOutput: Hashable, Sendable {
    /// For the header: the revision of the operation if it changed something, else the current one. Errors have it too.
    public var revision: Revision
    public var outcome: Outcome

    public enum Outcome: Hashable, Sendable {
        case put(PutResponse)
        case deleteRange(DeleteRangeResponse)
        case txn(TxnResponse)
        /// The floor has moved; whether old data is gone too is told by ``StoreStatus/reclaimedRevision``.
        case compacted
        /// A member's attributes were taken.
        case published
        case failure(StoreError)
    }

    public init(revision: Revision, outcome: Outcome) {
        self.revision = revision
        self.outcome = outcome
    }
}

/// One request of one client, with the times between which it took effect, if it did.
public struct Operation: Sendable {
    /// What was asked, and what the answer said.
    public enum Action: Hashable, Sendable {
        /// A txn that puts a mark of its own, and also `register` if that is not nil. `revision`: where it was
        /// acknowledged; nil: the outcome is unknown.
        case write(register: String?, revision: Int64?)
        /// The same, on the condition that the register was last written at `expected`.
        case conditionalWrite(register: String, expected: Int64, revision: Int64?)
        /// A conditional write that was answered with "the condition does not hold" as of `revision`.
        case refusedWrite(register: String, expected: Int64, revision: Int64)
        /// A read that found `value`, written at `written`, as of `revision`. nil and 0: nothing there.
        case read(register: String, value: String?, written: Int64, revision: Int64)
        /// The same without a guarantee of freshness.
        case staleRead(register: String, value: String?, written: Int64, revision: Int64)
    }

    /// Unique in the history; a write puts it as the value and leaves a mark that bears it.
    public let id: String
    public let invoked: UInt64
    /// nil: no answer came.
    public let returned: UInt64?
    public let action: Action

    public init(id: String, invoked: UInt64, returned: UInt64?, action: Action) {
        self.id = id
        self.invoked = invoked
        self.returned = returned
        self.action = action
    }

    public var isWrite: Bool {
        switch action {
        case .write, .conditionalWrite: true
        case .refusedWrite, .read, .staleRead: false
        }
    }

    /// Where an acknowledged write stands.
    public var acknowledgedRevision: Int64? {
        switch action {
        case .write(_, let revision), .conditionalWrite(_, _, let revision): revision
        case .refusedWrite, .read, .staleRead: nil
        }
    }
}

/// A write that the servers hold in the end: its mark says which one it was.
public struct HeldWrite: Hashable, Sendable {
    public let id: String
    public let revision: Int64
    /// How often the mark was put.
    public let version: Int64

    public init(id: String, revision: Int64, version: Int64) {
        self.id = id
        self.revision = revision
        self.version = version
    }
}

import PaxosBase
import PaxosLog

/// What the clients did and saw. Times are positions in the one order in which everything in a run happens, so that no
/// two are equal.
public struct History<Operation, Output, Answer> {
    public struct Entry {
        /// Negative for the machine itself.
        public let client: Int
        public let operation: Operation
        public let invoked: UInt64
        /// When the client had its result; nil when it never had one.
        public var returned: UInt64?
        public var result: Result
        /// Where the log first applied the command; nil for questions and for commands that never took effect.
        public var slot: Slot?
        /// What the time of the log was there.
        public var time = LogTime.zero

        public init(
            client: Int, operation: Operation, invoked: UInt64, returned: UInt64? = nil, result: Result = .unknown,
            slot: Slot? = nil
        ) {
            self.client = client
            self.operation = operation
            self.invoked = invoked
            self.returned = returned
            self.result = result
            self.slot = slot
        }
    }

    public enum Result {
        /// The client gave up, its replica crashed, or the replica could not say.
        case unknown
        case output(Output)
        case answer(Answer, isLinearizable: Bool)
        /// The replica said that the operation does not take place.
        case refused
    }

    public var entries: [Entry] = []

    public init() {}
}

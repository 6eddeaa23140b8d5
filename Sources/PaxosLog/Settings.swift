import PaxosBase

extension Replica {
    /// Times and sizes of a replica. None of them can break safety.
    public struct Settings: Hashable, Sendable {
        /// How often a node asks its peers whether they are there.
        public var heartbeatInterval = TimeSpan.milliseconds(100)
        /// Silence after which a peer is suspected.
        public var electionTimeout = TimeSpan.milliseconds(400)
        /// After this long a command's outcome is given up as unknown.
        public var proposalTimeout = TimeSpan.seconds(7)
        /// After this long reads that wait for a barrier fail.
        public var readTimeout = TimeSpan.seconds(7)
        /// A leader whose oldest write has been under way for longer steps aside.
        public var journalStallLimit = TimeSpan.seconds(1)
        /// A leader whose open proposals get nothing chosen for longer, although its peers are heard, steps aside.
        public var progressLimit = TimeSpan.seconds(2)
        /// Unanswered messages are sent again after this long.
        public var resendInterval = TimeSpan.milliseconds(300)
        /// What was sent is given the time beyond that which its bytes take at this rate, in bytes a second, before it is sent
        /// again.
        public var slowBytesPerSecond: UInt64 = 16 << 20
        /// Forwarded commands that were not applied are sent again after this long; longer, since under load they wait.
        public var forwardResendInterval = TimeSpan.milliseconds(1_200)
        /// How many commands of this replica's clients may wait.
        public var maximumPending = 20_000
        /// How many bytes of commands of this replica's clients may wait.
        public var maximumPendingBytes = 256 << 20
        /// How many slots a leader may have open.
        public var maximumInFlight = 16_384
        /// How many bytes of entries a leader may have open, or a replica have chosen and not applied, in memory.
        public var maximumOpenBytes = 256 << 20
        /// How many bytes of entries may wait for the disk before no more are accepted.
        public var maximumUnsyncedBytes = 64 << 20
        /// How many bytes of open slots are sent again to one peer at once.
        public var maximumResendBytes = 8 << 20
        /// How many bytes of entries one message carries at most, if it carries more than one.
        public var maximumBatchBytes = 1 << 20
        /// How many slots are handed to the state machine in one step at most.
        public var maximumAppliesPerStep = 4_096
        /// Chosen and applied entries stay in memory, for peers that lag, up to this many bytes.
        public var maximumResidentBytes = 32 << 20
        /// How far above what is known to be chosen a slot may lie, in slots, to be accepted or learned: what lies further is
        /// taken for lost, since a record would be kept for every slot in between. It comes again, or is fetched, when
        /// the gap is shorter.
        public var maximumReach = 1 << 18
        /// A ballot whose round exceeds the promised one by more is taken for a defect and refused.
        public var maximumRoundJump: UInt64 = 1 << 32

        public init() {}

        /// How long so many bytes are under way where things are slow.
        func slowTransfer(of byteCount: Int) -> TimeSpan {
            TimeSpan(nanoseconds: UInt64(byteCount) * 1_000_000 / max(1, slowBytesPerSecond / 1_000))
        }
    }
}

import PaxosBase

/// Brings the identity that is wanted to the disk, one version at a time: nothing counts before it is there.
struct IdentityRecording: Hashable, Sendable {
    /// What the disk holds.
    private(set) var recorded: NodeIdentity
    private(set) var wanted: NodeIdentity
    private var isUnderWay = false

    init(recorded: NodeIdentity) {
        self.recorded = recorded
        wanted = recorded
    }

    /// - Returns: What is to be recorded now; nil while something else is being recorded.
    mutating func want(_ change: (inout NodeIdentity) -> Void) -> NodeIdentity? {
        change(&wanted)
        return next()
    }

    /// - Returns: What is to be recorded next, if more was wanted meanwhile.
    mutating func recorded(_ identity: NodeIdentity) -> NodeIdentity? {
        recorded = identity
        isUnderWay = false
        return next()
    }

    private mutating func next() -> NodeIdentity? {
        guard !isUnderWay, wanted != recorded else { return nil }
        isUnderWay = true
        return wanted
    }
}

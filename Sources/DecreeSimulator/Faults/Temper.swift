/// What kind of trouble a run has on top of what it draws: situations that chance alone brings about too seldom.
enum Temper: UInt8, CaseIterable, Sendable {
    case plain
    /// Leaders change all the time.
    case restless
    /// Leaders that are asked to go stand again, while votes for what they proposed before are still on their way.
    case selfSucceeding
    /// Leaders that are asked to go hear of their successor late.
    case deaf
    /// Minorities with the leader in them stay connected to the rest by one node.
    case bridged
    /// Once all else is healed, only heartbeats pass between the leader and the others for a while.
    case stalled
    /// Nodes start again all the time, from many small segments and snapshots, some of them damaged, and messages outlive
    /// the life that they were sent in.
    case crashing
    /// What carries entries takes longer than elections wait, also in the healed world.
    case slow
}

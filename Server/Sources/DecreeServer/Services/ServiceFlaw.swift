/// Rules that the services leave out on request, so that whoever checks them can be checked. Only a simulation sets one.
package enum ServiceFlaw: String, CaseIterable, Sendable {
    /// A completion goes to whatever call is in its place now.
    case useCountIgnored
    /// A call that its client gave up stays open.
    case cancellationIgnored
    /// A stream never hears that its client has closed its side.
    case halfCloseIgnored
    /// A client that does not read is sent to all the same.
    case fullLineIgnored
    /// A request that the node failed is forgotten instead of told.
    case failureUntold
    /// A write whose outcome nobody knows is said to have failed for certain.
    case unknownToldAsFailed
    /// A compaction whose old data is not gone yet is never looked at again.
    case laterLookForgotten
    /// A physical compaction is answered whatever the store still holds.
    case reclaimNotAwaited
    /// A client gets its answer twice.
    case answeredTwice
    /// Commands under way are forgotten when the leader changes.
    case commandsForgottenWithLeader
    /// Streams outlast the closing of the port.
    case streamsOutlastStop
}

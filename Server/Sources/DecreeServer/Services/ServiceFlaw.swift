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
    /// Streams outlast the closing of the port.
    case streamsOutlastStop
}

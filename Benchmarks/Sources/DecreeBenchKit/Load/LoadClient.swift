/// One client of a round: the call that it has open.
struct LoadClient {
    /// Which connection its calls take.
    var connection: Int
    /// When the open call was sent, in nanoseconds.
    var sentAt: UInt64 = 0
    /// Calls of the round's workload that were answered.
    var answers = 0
    /// The next call reads back what the last one wrote.
    var owesSpotCheck = false
    /// The open call is such a read.
    var isSpotCheck = false
    /// The key of the open call, of a range or transaction the first.
    var key = Key(0)
    /// The number of the first write of the open call.
    var sequence: UInt64 = 0
    /// No older revision of the key may be read.
    var keyFloor: Int64 = 0
    /// No older state of the store may be read.
    var storeFloor: Int64 = 0

    init(connection: Int) { self.connection = connection }

    /// Takes the next connection.
    mutating func hop(over count: Int) { connection = (connection + 1) % count }
}

import DecreeEtcd
import DecreeStore
import PaxosBase

/// What an open call waits for.
enum OpenCall {
    /// Nobody calls from here.
    case none
    /// The node's completion is the answer.
    case command
    /// The same; the node is told if nobody waits any more.
    case query
    /// The store's list of members, to be joined with the cluster's.
    case memberList
    /// The store's status, to be joined with the node's.
    case status
    /// The revision, for an answer that lists the alarms.
    case alarmList
    /// A compaction that is to be answered when the old data is gone from memory.
    case compaction
    indirect case reclaim(Reclaim)
    /// `/health`, `/livez` or `/readyz`, by the read that it rests on.
    indirect case probe(EtcdHTTP.Request)
    /// A check of the health service, by a read likewise.
    case healthCheck
    case metrics
    indirect case stream(any StreamCall)
    /// Stands in a stream's place while it is worked on.
    case takenOut
}

/// A compaction that was done and whose old data is being freed.
struct Reclaim {
    let output: StoreOutput
    /// When to ask the store again; nil: it was asked.
    var nextLook: Instant?
}

/// The open calls of a client port, each in the place that its token names.
struct OpenCalls {
    private struct Place {
        var token = CallToken(rawValue: 0)
        var call = OpenCall.none
    }

    private var places: ContiguousArray<Place> = []
    /// Calls that may get more than one message.
    private(set) var streamCount = 0

    /// The call of `token`; `.none` when it is gone.
    subscript(token: CallToken) -> OpenCall {
        @inline(__always) get {
            let place = token.place
            guard place < places.count, places[place].token == token else { return .none }
            return places[place].call
        }
    }

    /// The call that has the place of `token` now.
    func token(inPlaceOf token: CallToken) -> CallToken {
        token.place < places.count ? places[token.place].token : token
    }

    /// Puts a call into its place, or changes what it waits for.
    @inline(__always)
    mutating func set(_ token: CallToken, _ call: OpenCall) {
        let place = token.place
        if place >= places.count { grow(to: place) }
        if streamCount > 0, case .stream = places[place].call { streamCount -= 1 }
        if case .stream = call { streamCount += 1 }
        places[place].token = token
        places[place].call = call
    }

    private mutating func grow(to place: Int) {
        places.append(contentsOf: repeatElement(Place(), count: place + 1 - places.count))
    }

    /// Takes a call out, because it has ended or is gone.
    @inline(__always)
    mutating func remove(_ token: CallToken) -> OpenCall {
        let place = token.place
        guard place < places.count, places[place].token == token else { return .none }
        let call = places[place].call
        if case .stream = call { streamCount -= 1 }
        places[place].call = .none
        return call
    }

    /// A planted bug: nobody waits for a command any more.
    mutating func forgetCommands() {
        for place in places.indices {
            if case .command = places[place].call { places[place].call = .none }
        }
    }

    /// Takes a stream out to work on it; `set` puts it back.
    mutating func takeStream(_ token: CallToken) -> (any StreamCall)? {
        guard case .stream(let stream) = self[token] else { return nil }
        set(token, .takenOut)
        return stream
    }

    /// All streams, in the order of their places.
    var streams: [CallToken] {
        guard streamCount > 0 else { return [] }
        return places.compactMap { place in
            if case .stream = place.call { return place.token }
            return nil
        }
    }

    /// How many calls are open.
    var count: Int {
        places.reduce(0) { count, place in
            if case .none = place.call { return count }
            return count + 1
        }
    }
}

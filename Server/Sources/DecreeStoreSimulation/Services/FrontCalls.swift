import DecreeNode
import DecreeServer
import DecreeStore
import PaxosBase

/// A call at a simulated port, as its client knows it.
struct FrontCall {
    /// What monitors ask, with the target of a page.
    enum Probe: String, CaseIterable {
        case health = "/health"
        case ready = "/readyz"
        case metrics = "/metrics"
        case check, members, alarms

        var isPage: Bool {
            switch self {
            case .health, .ready, .metrics: true
            case .check, .members, .alarms: false
            }
        }

        /// Probes promise an answer in time, whatever the node does.
        var isQuick: Bool {
            switch self {
            case .health, .ready, .check: true
            case .metrics, .members, .alarms: false
            }
        }
    }

    /// The operation's place in the history; nil for a probe.
    var entry: Int?
    var operation: StoreClientOperation?
    var probe: Probe?
    var began = Instant.zero
    /// A compaction that is to be answered when the old data is gone, and whether the store has said that it is.
    var isPhysical = false
    var isReclaimed = false
    /// The node has its request.
    var wasHanded = false

    init(entry: Int, operation: StoreClientOperation) {
        self.entry = entry
        self.operation = operation
    }

    init(probe: Probe, began: Instant) {
        self.probe = probe
        self.began = began
    }
}

/// The calls that are open at a simulated port, each in a place that is used again as soon as it is free.
struct FrontCalls {
    private var places: [(token: CallToken, call: FrontCall)?] = []
    private var opened: UInt64 = 0
    /// Stands in all tokens, so that those of other ports are known.
    private let mark: UInt64
    /// The place of a stream.
    private var held: Int?

    init(mark: UInt64) { self.mark = mark }

    /// A token in the lowest place that is free.
    mutating func reserve() -> CallToken {
        let free = places.indices.first { places[$0] == nil && $0 != held }
        if free == nil { places.append(nil) }
        opened += 1
        return CallToken(place: free ?? places.count - 1, use: opened << 16 | mark)
    }

    /// A stream has this place until it ends.
    mutating func hold(_ token: CallToken?) { held = token?.place }

    mutating func open(_ call: FrontCall) -> CallToken {
        let token = reserve()
        places[token.place] = (token, call)
        return token
    }

    func isOwn(_ token: CallToken) -> Bool { token.rawValue >> 24 & 0xFFFF == mark }

    subscript(token: CallToken) -> FrontCall? {
        guard token.place < places.count, places[token.place]?.token == token else { return nil }
        return places[token.place]?.call
    }

    mutating func close(_ token: CallToken) -> FrontCall? {
        guard let call = self[token] else { return nil }
        places[token.place] = nil
        return call
    }

    mutating func close(entry: Int) -> CallToken? {
        guard let token = places.lazy.compactMap({ $0 }).first(where: { $0.call.entry == entry })?.token else {
            return nil
        }
        places[token.place] = nil
        return token
    }

    /// A request leaves for the node.
    /// - Returns: The operation that it is for, if any.
    mutating func handedOver(_ request: NodeRequest<Store>) -> Int? {
        let token = CallToken(rawValue: request.token)
        guard let call = self[token] else { return nil }
        places[token.place]?.call.wasHanded = true
        return call.entry
    }

    /// What the store says of how far it has freed the history.
    mutating func look(at completion: NodeCompletion<Store>) {
        let token = CallToken(rawValue: completion.token)
        guard case .answer(_, let answer) = completion, case .status(let store) = answer.outcome,
            self[token]?.isPhysical == true
        else { return }
        let isReclaimed = store.compactRevision.map { floor in store.reclaimedRevision.map { $0 >= floor } ?? false }
        places[token.place]?.call.isReclaimed = isReclaimed ?? true
    }

    /// A probe that should have been answered.
    func late(at now: Instant) -> FrontCall.Probe? {
        places.lazy.compactMap { $0?.call }.first { call in
            call.probe.map { now.since(call.began) > .seconds($0.isQuick ? 1 : 10) } ?? false
        }?.probe
    }
}

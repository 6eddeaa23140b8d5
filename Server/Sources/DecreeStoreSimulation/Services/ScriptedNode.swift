import DecreeEtcd
import DecreeNode
import DecreeServer
import DecreeSimulator
import DecreeStore
import PaxosBase
import PaxosLog

/// A node of one member whose turns are chosen: it takes what it is asked, and completes some of it, well or badly.
struct ScriptedNode {
    private let store: Store
    private var waiting: [NodeRequest<Store>] = []
    private var slot: UInt64 = 0
    /// What each call should ask.
    var expects: [UInt64: ClientRequest<StoreQuery>] = [:]
    /// A request that is not what its call should ask.
    private(set) var finding: String?
    private static let failures: [RequestFailure] = [.unknownOutcome, .noLeader, .timedOut, .overloaded, .journalFull]

    init(_ store: Store) { self.store = store }

    mutating func take(_ requests: inout [NodeRequest<Store>]) {
        for request in requests where !isExpected(request) {
            finding = finding ?? "a request bears the token of another call: \(request.token)"
        }
        waiting += requests
        requests = []
    }

    private func isExpected(_ request: NodeRequest<Store>) -> Bool {
        // The services try a read of their own while health is watched.
        if request.token == CallToken.none.rawValue { return true }
        return switch (request, expects[request.token]) {
        case (.command(let payload, _), .command(let expected)): payload == expected
        case (.query(let query, true, _), .linearizableRead(let expected)): query == expected
        case (.query(let query, false, _), .serializableRead(let expected)): query == expected
        default: false
        }
    }

    /// Completes some of what waits, in order; a command that fails may have been applied all the same.
    mutating func complete(_ choices: inout Choices) -> [NodeCompletion<Store>] {
        guard !waiting.isEmpty else { return [] }
        let count = 1 + choices.index(below: waiting.count)
        let taken = waiting.prefix(count)
        waiting.removeFirst(count)
        return taken.map { request in
            let fails = choices.chance(1, in: 8)
            let completion = perform(request)
            return fails ? .failed(token: request.token, choices.element(of: Self.failures)) : completion
        }
    }

    private mutating func perform(_ request: NodeRequest<Store>) -> NodeCompletion<Store> {
        switch request {
        case .command(let payload, let token):
            slot += 1
            var outputs: [StoreOutput] = []
            store.apply([ChosenCommand(slot: Slot(slot), payload: payload, isAwaited: true)], into: &outputs)
            return .output(token: token, outputs[0])
        case .query(let query, _, let token): return .answer(token: token, answer(query))
        }
    }

    private func answer(_ query: StoreQuery) -> StoreAnswer {
        var step = store.begin(query)
        while true {
            switch step {
            case .finished(let answer): return answer
            case .unfinished(let cursor): step = store.advance(cursor)
            }
        }
    }

    /// The bytes that a client is to get for a completion; nil when it is to get an error.
    func reply(to completion: NodeCompletion<Store>) -> [UInt8]? {
        let fields = HeaderFields(
            clusterID: ServingMember.simulated.clusterID, memberID: ServingMember.simulated.node.rawValue, term: 1)
        switch completion {
        case .output(_, let output): return try? Reply(output, fields).bytes
        case .answer(_, let answer): return try? Reply(answer, fields).bytes
        case .failed: return nil
        }
    }
}

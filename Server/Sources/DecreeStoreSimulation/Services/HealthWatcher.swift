import DecreeEtcd
import DecreeNode
import DecreeServer
import DecreeStore
import PaxosBase
import SwiftProtobuf

/// A client that watches the health of a simulated member.
struct HealthWatcher {
    let token: CallToken
    let began: Instant
    /// What it was told last.
    private(set) var state = GRPCHealthCheckResponse.ServingStatus.unknown

    init(token: CallToken, began: Instant) {
        self.token = token
        self.began = began
    }

    /// - Returns: What is wrong with the message.
    mutating func told(_ reply: Reply) -> String? {
        guard let message = try? GRPCHealthCheckResponse(serializedBytes: reply.bytes) else {
            return "a watcher of health is told something else"
        }
        let former = state
        state = message.status
        return state == former ? "a watcher of health is told \(state) twice" : nil
    }
}

/// The read by which the services find out whether their member serves.
struct OwnRead {
    /// When the one that is under way left for the node.
    var handedOver: Instant?
    /// When one failed last.
    private var failed: Instant?

    mutating func ended(_ completion: NodeCompletion<Store>, at now: Instant) {
        handedOver = nil
        if case .failed = completion { failed = now }
    }

    /// Whether it fails at present, for all that is known: a member that lags behind cannot read.
    func mayHaveFailed(at now: Instant) -> Bool {
        if let handedOver, now.since(handedOver) < .seconds(5) { return true }
        return failed.map { now.since($0) < .seconds(3) } ?? false
    }
}

import DecreeNode
import PaxosBase
import PaxosLog
import Synchronization

/// The asynchronous face of a node for embedders: one call, one task, one answer.
final class AsyncCalls<Machine: StateMachine & SendableMetatype>: Sendable {
    private enum Call {
        case command(CheckedContinuation<Result<Machine.Output, RequestFailure>, Never>)
        case query(CheckedContinuation<Result<Machine.Answer, RequestFailure>, Never>)
    }

    private struct State {
        var lastToken: UInt64 = 0
        var calls: [UInt64: Call] = [:]
    }

    private let state = Mutex(State())
    private let inbox: Inbox<Machine>

    init(inbox: Inbox<Machine>) { self.inbox = inbox }

    /// A call under way keeps its caller's hold of this; the port, which this holds, must not.
    private func makePort() -> PortState<Machine> {
        PortState(deliver: { [weak self] in self?.finish($0) }, pushed: { _ in })
    }

    private let port = Mutex<PortState<Machine>?>(nil)

    /// One port for all calls, made by the first.
    private var sharedPort: PortState<Machine> {
        port.withLock { port in
            if let port { return port }
            let made = makePort()
            port = made
            return made
        }
    }

    func submit(_ payload: Payload) async throws(RequestFailure) -> Machine.Output {
        let port = sharedPort
        return try await withCheckedContinuation { continuation in
            let token = keep(.command(continuation))
            inbox.post([.command(payload, token: token)], from: port)
        }.get()
    }

    func query(_ query: Machine.Query, linearizable: Bool) async throws(RequestFailure) -> Machine.Answer {
        let port = sharedPort
        return try await withCheckedContinuation { continuation in
            let token = keep(.query(continuation))
            inbox.post([.query(query, linearizable: linearizable, token: token)], from: port)
        }.get()
    }

    private func keep(_ call: Call) -> UInt64 {
        state.withLock { state in
            state.lastToken += 1
            state.calls[state.lastToken] = call
            return state.lastToken
        }
    }

    private func finish(_ completions: [Node<Machine>.Completion]) {
        for completion in completions {
            let call = state.withLock { $0.calls.removeValue(forKey: completion.token) }
            switch (completion, call) {
            case (.output(_, let output), .command(let continuation)): continuation.resume(returning: .success(output))
            case (.answer(_, let answer), .query(let continuation)): continuation.resume(returning: .success(answer))
            case (.failed(_, let failure), .command(let continuation)):
                continuation.resume(returning: .failure(failure))
            case (.failed(_, let failure), .query(let continuation)):
                continuation.resume(returning: .failure(failure))
            case (.output, _), (.answer, _), (.failed, nil): continue
            }
        }
    }
}

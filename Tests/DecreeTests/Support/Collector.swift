import Decree
import Synchronization

/// Keeps what a port delivers.
final class Collector: Sendable {
    private struct State {
        var tokens: [UInt64] = []
        var answers: [UInt64: Notebook.Answer] = [:]
        var failures: [UInt64: RequestFailure] = [:]
        var deliveries = 0
    }

    private let state = Mutex(State())

    func take(_ completions: [Node<Notebook>.Completion]) {
        state.withLock { state in
            state.deliveries += 1
            for completion in completions {
                switch completion {
                case .output(let token, _): state.tokens.append(token)
                case .answer(let token, let answer): state.answers[token] = answer
                case .failed(let token, let failure): state.failures[token] = failure
                }
            }
        }
    }

    /// Of outputs, in the order of their delivery.
    var tokens: [UInt64] { state.withLock { $0.tokens } }
    var answers: [UInt64: Notebook.Answer] { state.withLock { $0.answers } }
    var failures: [UInt64: RequestFailure] { state.withLock { $0.failures } }
    var deliveries: Int { state.withLock { $0.deliveries } }
}

/// What a hook saw.
final class Seen: Sendable {
    private let state = Mutex((calls: 0, lines: 0))

    func note(lines: Int) {
        state.withLock { state in
            state.calls += 1
            state.lines = lines
        }
    }

    var calls: Int { state.withLock { $0.calls } }
    var lines: Int { state.withLock { $0.lines } }
}

/// Something that may be set on one thread and looked at on another.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Something that is handed to another thread once.
final class Handover<Content: Sendable>: Sendable {
    private let state = Mutex<Content?>(nil)

    func give(_ content: Content) { state.withLock { $0 = content } }

    func take() -> Content? { state.withLock { $0.take() } }
}

import DecreePages
import Dispatch
import Synchronization

/// Answers requests one after another on a thread of its own: each may run a world anew.
final class RunQueue: Sendable {
    /// Whoever comes when so many wait is turned away.
    private static let places = 8

    private let queue = DispatchQueue(label: "runs")
    private let waiting = Mutex(0)
    private let desk = Mutex<RunDesk?>(nil)

    /// Begins to answer.
    func open(_ desk: RunDesk) { self.desk.withLock { $0 = desk } }

    /// - Parameter told: Called once, on any thread.
    func answer(_ question: RunDesk.Question, told: @escaping @Sendable (RunDesk.Answer) -> Void) {
        guard let desk = desk.withLock({ $0 }), takePlace() else { return told(.busy) }
        queue.async { [self] in
            let answer = desk.answer(question)
            waiting.withLock { $0 -= 1 }
            told(answer)
        }
    }

    private func takePlace() -> Bool {
        waiting.withLock { count in
            guard count < Self.places else { return false }
            count += 1
            return true
        }
    }
}

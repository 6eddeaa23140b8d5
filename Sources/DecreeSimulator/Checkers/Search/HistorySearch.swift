import PaxosBase
import PaxosLog

/// A ``SequentialModel`` for a search: what the clients of a simulated run saw is judged without the positions of the
/// log.
public struct SearchedModel<Model: SequentialModel & Hashable>: ObjectModel {
    /// An operation with its outcome.
    public struct Action: CustomStringConvertible {
        public let operation: Model.Operation
        /// What the log's clock showed where it took effect: an outcome may depend on that, and clients cannot tell it.
        public let time: LogTime
        public let output: Model.Output?
        public let answer: Model.Answer?

        public var description: String {
            output.map { "\(operation): \($0)" } ?? answer.map { "\(operation): \($0)" } ?? "\(operation)"
        }
    }

    private var model: Model

    public init(_ model: Model) { self.model = model }

    public mutating func perform(_ action: Action, isKnown: Bool) -> Bool {
        if let answer = action.answer {
            return !isKnown || model.check(action.operation, answer: answer) == nil
        }
        return model.perform(action.operation, at: action.time, output: isKnown ? action.output : nil) == nil
    }
}

extension History {
    /// What a search has to put in order: commands that were not refused, and linearizable questions with an answer.
    /// - Parameter isQuestion: Which operations change nothing.
    public func attempts<Model>(
        for model: Model.Type, isQuestion: (Operation) -> Bool
    ) -> [Attempt<SearchedModel<Model>.Action>]
    where Model.Operation == Operation, Model.Output == Output, Model.Answer == Answer {
        entries.compactMap { entry in
            switch entry.result {
            case .refused, .answer(_, isLinearizable: false): nil
            case .unknown:
                isQuestion(entry.operation)
                    ? nil
                    : Attempt(
                        .init(operation: entry.operation, time: entry.time, output: nil, answer: nil),
                        invoked: entry.invoked, returned: nil)
            case .output(let output):
                Attempt(
                    .init(operation: entry.operation, time: entry.time, output: output, answer: nil),
                    invoked: entry.invoked, returned: entry.returned)
            case .answer(let answer, isLinearizable: true):
                Attempt(
                    .init(operation: entry.operation, time: entry.time, output: nil, answer: answer),
                    invoked: entry.invoked, returned: entry.returned)
            }
        }
    }
}

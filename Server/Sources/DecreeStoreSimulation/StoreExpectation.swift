import DecreeStore
import PaxosBase

/// What the model says that a command yields.
indirect enum StoreExpectation {
    case put(previous: [KeyValue])
    case deletion(count: Int, previous: [KeyValue])
    case range([KeyValue])
    case txn(succeeded: Bool, parts: [StoreExpectation])
    case compacted
    case failure(StoreError)

    /// How what the store answered differs from this; nil when it does not.
    func difference(from outcome: StoreOutput.Outcome) -> String? {
        switch (self, outcome) {
        case (.put(let previous), .put(let response)): Self.difference(previous, response.previous)
        case (.deletion(let count, let previous), .deleteRange(let response)):
            response.deleted == count
                ? Self.difference(previous, response.previous) : "deleted \(response.deleted), should be \(count)"
        case (.txn(let succeeded, let parts), .txn(let response)):
            Self.difference(succeeded, parts, response)
        case (.compacted, .compacted): nil
        case (.failure(let expected), .failure(let error)):
            expected == error ? nil : "failed by \(error), should by \(expected)"
        default: "answered \(outcome), should be \(self)"
        }
    }

    private static func difference(
        _ succeeded: Bool, _ parts: [StoreExpectation], _ response: TxnResponse
    ) -> String? {
        guard response.succeeded == succeeded else { return "succeeded: \(response.succeeded), should: \(succeeded)" }
        guard response.responses.count == parts.count else {
            return "\(response.responses.count) responses, should be \(parts.count)"
        }
        for (part, response) in zip(parts, response.responses) {
            if let text = part.difference(from: response) { return text }
        }
        return nil
    }

    private func difference(from response: ResponseOperation) -> String? {
        switch (self, response) {
        case (.range(let keyValues), .range(let response)): Self.difference(keyValues, response)
        case (_, .put(let response)): difference(from: StoreOutput.Outcome.put(response))
        case (_, .deleteRange(let response)): difference(from: StoreOutput.Outcome.deleteRange(response))
        default: "answered \(response), should be \(self)"
        }
    }

    static func difference(_ keyValues: [KeyValue], _ response: RangeResponse) -> String? {
        guard response.count == keyValues.count, !response.more else {
            return "counted \(response.count), should be \(keyValues.count)"
        }
        return difference(keyValues, response.keyValues)
    }

    private static func difference(_ expected: [KeyValue], _ found: KeyValueList) -> String? {
        let found = found.keyValues
        return found == expected ? nil : "showed \(found), should be \(expected)"
    }
}

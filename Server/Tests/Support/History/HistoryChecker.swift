/// Checks that a history is linearizable, with the servers' revisions as witnesses of the order.
///
/// Every write leaves a mark, a key of its own, so what the servers hold in the end says which writes took effect
/// and at which revision, also those whose outcome no client learned. That order of all writes, with each read behind
/// the write of its revision, is *the* candidate for a linearization; it remains to check that every answer fits it
/// and that it respects real time:
///
/// 1. an acknowledged write is held, at the revision that was acknowledged, once; no write is held that nobody sent;
/// 2. a read as of revision R returns the last write of its register at or below R; a condition held or failed on
///    the state just before its write;
/// 3. what was invoked after another operation had returned stands behind it.
///
/// That suffices: the candidate is a total order which explains every answer and which real time does not contradict.
/// It takes n log n time where a search without witnesses is exponential.
public struct HistoryChecker {
    private let operations: [Operation]
    private let held: [String: HeldWrite]
    private let registers: [String: [(revision: Int64, value: String)]]
    private var findings: [String] = []

    /// - Parameters:
    ///   - onlyWriters: the clients of this history were the only ones that wrote: revisions have no gaps then.
    /// - Returns: one line for each thing that is wrong; empty if the history is linearizable.
    public static func check(_ operations: [Operation], held: [HeldWrite], onlyWriters: Bool = true) -> [String] {
        var checker = HistoryChecker(operations, held)
        checker.checkMarks(held, onlyWriters: onlyWriters)
        checker.checkAcknowledgements()
        checker.checkAnswers()
        checker.checkRealTime()
        return checker.findings
    }

    private init(_ operations: [Operation], _ held: [HeldWrite]) {
        self.operations = operations
        self.held = Dictionary(held.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var registers: [String: [(revision: Int64, value: String)]] = [:]
        for operation in operations {
            guard let register = operation.writtenRegister, let write = self.held[operation.id] else { continue }
            registers[register, default: []].append((write.revision, operation.id))
        }
        self.registers = registers.mapValues { $0.sorted { $0.revision < $1.revision } }
    }

    // MARK: - 1. What is held

    private mutating func checkMarks(_ held: [HeldWrite], onlyWriters: Bool) {
        let sent = Set(operations.filter(\.isWrite).map(\.id))
        for write in held where write.version != 1 {
            findings.append("\(write.id) was applied \(write.version) times")
        }
        for write in held where !sent.contains(write.id) { findings.append("\(write.id) is held, but nobody sent it") }
        let ordered = held.sorted { $0.revision < $1.revision }
        for (write, next) in zip(ordered, ordered.dropFirst()) {
            if write.revision == next.revision {
                findings.append("\(write.id) and \(next.id) share revision \(write.revision)")
            } else if onlyWriters, next.revision != write.revision + 1 {
                findings.append("nothing is held between the revisions \(write.revision) and \(next.revision)")
            }
        }
    }

    private mutating func checkAcknowledgements() {
        for operation in operations {
            guard let revision = operation.acknowledgedRevision else { continue }
            guard let write = held[operation.id] else {
                findings.append("lost: \(operation.id) was acknowledged at revision \(revision) and is not held")
                continue
            }
            if write.revision != revision {
                findings.append("\(operation.id) was acknowledged at \(revision) and is held at \(write.revision)")
            }
        }
    }

    // MARK: - 2. What was answered

    private mutating func checkAnswers() {
        for operation in operations {
            switch operation.action {
            case .write: break
            case .read(let register, let value, let written, let revision),
                .staleRead(let register, let value, let written, let revision):
                let expected = state(of: register, at: revision)
                if expected.value != value || expected.written != written {
                    findings.append(
                        "\(operation.id) read \(value ?? "nothing") (written at \(written)) in \(register) as of "
                            + "\(revision), where \(expected.value ?? "nothing") (\(expected.written)) stood")
                }
            case .conditionalWrite(let register, let expected, _):
                guard let revision = held[operation.id]?.revision else { continue }
                let found = state(of: register, at: revision - 1).written
                if found != expected {
                    findings.append(
                        "\(operation.id) was done at \(revision) on the condition that \(register) was written at "
                            + "\(expected), but that was \(found)")
                }
            case .refusedWrite(let register, let expected, let revision):
                if state(of: register, at: revision).written == expected {
                    findings.append("\(operation.id) was refused at \(revision) although its condition held")
                }
                if held[operation.id] != nil { findings.append("\(operation.id) was refused and is held") }
            }
        }
    }

    /// The last write of a register at or below a revision.
    private func state(of register: String, at revision: Int64) -> (value: String?, written: Int64) {
        let writes = registers[register] ?? []
        var low = 0
        var high = writes.count
        while low < high {
            let middle = (low + high) / 2
            if writes[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? (nil, 0) : (writes[low - 1].value, writes[low - 1].revision)
    }

    // MARK: - 3. Real time

    private mutating func checkRealTime() {
        let placed = operations.compactMap { operation in place(of: operation).map { (operation, $0) } }
        let byReturn = placed.filter { $0.0.returned != nil }.sorted { ($0.0.returned ?? 0) < ($1.0.returned ?? 0) }
        var completed = 0
        var highest: (revision: Int64, id: String) = (0, "")
        for (operation, revision) in placed.sorted(by: { $0.0.invoked < $1.0.invoked }) {
            while completed < byReturn.count, let returned = byReturn[completed].0.returned,
                returned < operation.invoked
            {
                if byReturn[completed].1 > highest.revision {
                    highest = (byReturn[completed].1, byReturn[completed].0.id)
                }
                completed += 1
            }
            if revision < highest.revision || (operation.isWrite && revision == highest.revision) {
                findings.append(
                    "\(operation.id) stands at revision \(revision), but was invoked after \(highest.id) had "
                        + "returned with revision \(highest.revision)")
            }
        }
    }

    /// Where an operation stands in the order; nil: nowhere (not done, or without a guarantee).
    private func place(of operation: Operation) -> Int64? {
        switch operation.action {
        case .write, .conditionalWrite: held[operation.id]?.revision
        case .refusedWrite(_, _, let revision), .read(_, _, _, let revision): revision
        case .staleRead: nil
        }
    }
}

extension Operation {
    fileprivate var writtenRegister: String? {
        switch action {
        case .write(let register, _): register
        case .conditionalWrite(let register, _, _): register
        case .refusedWrite, .read, .staleRead: nil
        }
    }
}

import Decree
import PaxosBase
import PaxosLog

/// A small state machine for tests: lines by name. A command is `name=text`, which is pushed as it is.
struct Notebook: StateMachine {
    enum Query: Sendable {
        case line(String)
        case count
        /// Takes so many steps to answer.
        case slow(steps: Int)
        /// How often a `compact` was carried out.
        case compactions
    }

    struct Answer: Hashable, Sendable {
        var text: String?
        var number: UInt64 = 0
    }

    struct Walk {
        var names: [String]
        let lines: [String: String]
        var count: UInt64?
    }

    private(set) var lines: [String: String] = [:]
    private(set) var applied: UInt64 = 0
    /// Slow queries and walks under way: nothing is compacted meanwhile.
    private var pins = 0
    private var mustCompact = false
    private var compactions: UInt64 = 0

    var isPushing = false
    private var pushes: [String] = []

    init() {}

    mutating func takePushes(into pushes: inout [String]) {
        pushes += self.pushes
        self.pushes.removeAll()
    }

    mutating func apply(_ commands: [ChosenCommand], into outputs: inout [UInt64]) {
        for command in commands {
            let text = String(decoding: command.payload.bytes, as: UTF8.self)
            let parts = text.split(separator: "=", maxSplits: 1)
            if text == "compact" { mustCompact = true }
            if parts.count == 2 { lines[String(parts[0])] = String(parts[1]) }
            if isPushing { pushes.append(text) }
            applied += 1
            if command.isAwaited { outputs.append(applied) }
        }
    }

    mutating func begin(_ query: Query) -> QueryStep<Answer, Int> {
        switch query {
        case .line(let name): .finished(Answer(text: lines[name], number: applied))
        case .count: .finished(Answer(number: UInt64(lines.count)))
        case .compactions: .finished(Answer(number: compactions))
        case .slow(let steps): pinned(steps)
        }
    }

    private mutating func pinned(_ steps: Int) -> QueryStep<Answer, Int> {
        pins += 1
        return .unfinished(steps)
    }

    mutating func advance(_ cursor: Int) -> QueryStep<Answer, Int> {
        guard cursor <= 1 else { return .unfinished(cursor - 1) }
        pins -= 1
        return .finished(Answer(number: applied))
    }

    mutating func abandon(_ cursor: Int) { pins -= 1 }

    var digest: StateDigest {
        var hasher = StableHasher()
        for name in lines.keys.sorted() {
            hasher.combine(name)
            hasher.combine(lines[name] ?? "")
        }
        return StateDigest(high: applied, low: hasher.finalize())
    }

    /// The first block is the count, then one block for each line.
    mutating func beginSnapshot() -> Walk {
        pins += 1
        return Walk(names: lines.keys.sorted(), lines: lines, count: applied)
    }

    mutating func nextBlock(of walk: inout Walk) -> [UInt8]? {
        if let count = walk.count.take() { return Array("\(count)".utf8) }
        guard let name = walk.names.popLast() else {
            pins -= 1
            return nil
        }
        return Array("\(name)=\(walk.lines[name] ?? "")".utf8)
    }

    mutating func abandon(_ walk: Walk) { pins -= 1 }

    mutating func beginRestore() { self = Notebook() }

    mutating func restore(_ block: UnsafeRawBufferPointer) throws(SnapshotError) {
        let text = String(decoding: block, as: UTF8.self)
        if let count = UInt64(text) { return applied = count }
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { throw SnapshotError("not a line: \(text)") }
        lines[String(parts[0])] = String(parts[1])
    }

    mutating func endRestore() throws(SnapshotError) {}

    mutating func performMaintenance() -> Bool {
        if mustCompact && pins == 0 {
            mustCompact = false
            compactions += 1
        }
        return false
    }
}

extension Payload {
    init(_ text: String) { self.init(text.utf8) }
}

import PaxosBase
import PaxosLog

/// A machine that counts commands: its output is the new count, its questions take as many steps as they ask for.
struct Tally: StateMachine {
    private(set) var count = 0
    private(set) var pins = 0

    mutating func apply(_ commands: [ChosenCommand], into outputs: inout [Int]) {
        for command in commands {
            count += 1
            if command.isAwaited { outputs.append(count) }
        }
    }

    mutating func begin(_ steps: Int) -> QueryStep<Int, (count: Int, steps: Int)> {
        guard steps > 1 else { return .finished(count) }
        pins += 1
        return .unfinished((count, steps - 1))
    }

    mutating func advance(_ cursor: (count: Int, steps: Int)) -> QueryStep<Int, (count: Int, steps: Int)> {
        guard cursor.steps > 1 else {
            pins -= 1
            return .finished(cursor.count)
        }
        return .unfinished((cursor.count, cursor.steps - 1))
    }

    mutating func abandon(_ cursor: (count: Int, steps: Int)) { pins -= 1 }

    var digest: StateDigest { StateDigest(high: 0, low: UInt64(count)) }

    /// A snapshot has so many blocks.
    static let blockCount = 6

    struct Walk { var left = blockCount }

    mutating func beginSnapshot() -> Walk {
        pins += 1
        return Walk()
    }

    mutating func nextBlock(of walk: inout Walk) -> [UInt8]? {
        guard walk.left > 0 else {
            pins -= 1
            return nil
        }
        walk.left -= 1
        return [UInt8(walk.left)]
    }

    mutating func abandon(_ walk: Walk) { pins -= 1 }

    mutating func beginRestore() {}
    mutating func restore(_ block: UnsafeRawBufferPointer) throws(SnapshotError) {}
    mutating func endRestore() throws(SnapshotError) {}
    mutating func performMaintenance() -> Bool { false }
}

import PaxosBase
import PaxosLog

/// A machine that counts commands: its output is the new count, its questions take as many steps as they ask for.
///
/// `wake N` wants a command of the machine's own when N milliseconds have passed. Every command is pushed as its text, but
/// `many N` as N numbers and `hush` as nothing. `long N` is said to take N milliseconds.
struct Tally: StateMachine {
    private(set) var count = 0
    private(set) var alarms: [LogTime] = []
    private(set) var rung = 0
    /// How often it was asked for what is due.
    private(set) var asked = 0
    /// It wants commands and names none.
    var isMute = false
    private(set) var pins = 0
    var isPushing = true
    private var pushes: [String] = []
    /// How often its pushes were asked for.
    private(set) var takes = 0
    /// How many commands it does in a turn.
    var pace = Int.max

    func isShort(_ command: Payload) -> Bool { !command.bytes.starts(with: "long ".utf8) }

    func timeToApply(_ command: Payload) -> TimeSpan {
        .milliseconds(UInt64(String(decoding: command.bytes.dropFirst(5), as: UTF8.self)) ?? 1)
    }

    mutating func apply(_ commands: [ChosenCommand], from first: Int, into outputs: inout [Int]) -> Int {
        let count = min(pace, commands.count - first)
        apply(Array(commands[first..<first + count]), into: &outputs)
        return count
    }

    mutating func apply(_ commands: [ChosenCommand], into outputs: inout [Int]) {
        for command in commands {
            count += 1
            let text = String(decoding: command.payload.bytes, as: UTF8.self)
            take(text, at: command.time)
            if isPushing { push(text) }
            if command.isAwaited { outputs.append(count) }
        }
    }

    private mutating func take(_ text: String, at time: LogTime) {
        if text.hasPrefix("wake "), let span = UInt64(text.dropFirst(5)) {
            alarms.append(time + .milliseconds(span))
            alarms.sort()
        } else if text == "ring", let first = alarms.first, first <= time {
            alarms.removeFirst()
            rung += 1
        }
    }

    private mutating func push(_ text: String) {
        if text.hasPrefix("many "), let number = Int(text.dropFirst(5)) {
            pushes += (1...number).map(String.init)
        } else if text != "hush" {
            pushes.append(text)
        }
    }

    mutating func takePushes(into pushes: inout [String]) {
        takes += 1
        pushes += self.pushes
        self.pushes = []
    }

    static func byteCount(of push: String) -> Int { push.utf8.count }

    var nextDue: LogTime? { alarms.first }

    mutating func dueCommands(at time: LogTime, limit: Int) -> [Payload] {
        asked += 1
        if isMute { return [] }
        return alarms.filter { $0 <= time }.prefix(limit).map { _ in Payload("ring".utf8) }
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

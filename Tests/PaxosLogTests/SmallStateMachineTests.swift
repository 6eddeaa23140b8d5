import PaxosBase
import PaxosLog
import Testing

/// Keeps every payload it was given.
private struct Collector: SmallStateMachine {
    private(set) var bytes: [UInt8] = []

    mutating func apply(_ command: ChosenCommand) -> Int {
        bytes += command.payload.bytes
        return bytes.count
    }

    func answer(_ query: Void) -> Int { bytes.count }

    func snapshot() -> [UInt8] { bytes }

    mutating func restore(_ snapshot: [UInt8]) throws(SnapshotError) {
        guard snapshot.first != 0xFF else { throw SnapshotError("not collected here") }
        bytes = snapshot
    }
}

/// Says every command twice, and wants the last one again.
private struct Bell: SmallStateMachine {
    private var last: UInt8 = 0

    mutating func apply(_ command: ChosenCommand) { last = command.payload.bytes[0] }

    mutating func takePushes() -> [String] { ["\(last)", "\(last) again"] }

    static func byteCount(of push: String) -> Int { push.utf8.count }

    var nextDue: LogTime? { LogTime(nanoseconds: UInt64(last)) }

    mutating func dueCommands(at time: LogTime, limit: Int) -> [Payload] { [Payload([last])] }

    func answer(_ query: Void) {}

    func snapshot() -> [UInt8] { [last] }

    mutating func restore(_ snapshot: [UInt8]) throws(SnapshotError) { last = snapshot[0] }
}

@Suite("A small state machine behind the large face")
struct SmallStateMachineTests {
    private static func chosen(_ bytes: [UInt8], at slot: UInt64, isAwaited: Bool = true) -> ChosenCommand {
        ChosenCommand(slot: Slot(slot), payload: Payload(bytes), isAwaited: isAwaited)
    }

    @Test("Every command is applied, and only those that are awaited yield an output")
    func outputsOfAwaited() {
        var small = Small(Collector())
        var outputs: [Int] = []
        let commands = [
            Self.chosen([1], at: 1), Self.chosen([2, 3], at: 2, isAwaited: false), Self.chosen([4], at: 3),
        ]
        small.apply(commands, into: &outputs)
        #expect(outputs == [1, 4])
        #expect(small.machine.bytes == [1, 2, 3, 4])
    }

    @Test("A snapshot leaves in blocks of at most 1 MiB as it was when it began, and they give the state back")
    func snapshotInBlocks() throws {
        var small = Small(Collector())
        var outputs: [Int] = []
        let large = (0..<(5 << 19)).map { UInt8(truncatingIfNeeded: $0) }
        small.apply([Self.chosen(large, at: 1)], into: &outputs)
        let before = small.digest
        var walk = small.beginSnapshot()
        small.apply([Self.chosen([9], at: 2)], into: &outputs)
        var blocks: [[UInt8]] = []
        while let block = small.nextBlock(of: &walk) { blocks.append(block) }
        #expect(blocks.map(\.count) == [1 << 20, 1 << 20, 1 << 19])

        var other = Small(Collector())
        other.beginRestore()
        for block in blocks { try block.withUnsafeBytes { try other.restore($0) } }
        try other.endRestore()
        #expect(other.digest == before)
        #expect(other.machine.bytes == large)
        #expect(other.digest != small.digest)
    }

    @Test("What the machine refuses to restore is refused, and a second attempt begins afresh")
    func refusesForeignSnapshot() throws {
        var small = Small(Collector())
        small.beginRestore()
        try [UInt8(0xFF)].withUnsafeBytes { try small.restore($0) }
        #expect(throws: SnapshotError.self) { try small.endRestore() }
        small.beginRestore()
        try [UInt8(7)].withUnsafeBytes { try small.restore($0) }
        try small.endRestore()
        #expect(small.machine.bytes == [7])
    }

    @Test("What it tells is kept while somebody listens, and what it wants by itself is passed on")
    func pushesAndDue() {
        var small = Small(Bell())
        var outputs: [Void] = []
        var pushes: [String] = []
        small.apply([Self.chosen([1], at: 1)], into: &outputs)
        small.isPushing = true
        small.takePushes(into: &pushes)
        #expect(pushes == [], "nobody listened")
        small.apply([Self.chosen([2], at: 2), Self.chosen([3], at: 3, isAwaited: false)], into: &outputs)
        small.takePushes(into: &pushes)
        small.takePushes(into: &pushes)
        #expect(pushes == ["2", "2 again", "3", "3 again"])
        #expect(pushes.map { type(of: small).byteCount(of: $0) } == [1, 7, 1, 7])
        #expect(small.nextDue == LogTime(nanoseconds: 3))
        #expect(small.dueCommands(at: LogTime(nanoseconds: 3), limit: 5) == [Payload([3])])
    }

    @Test("A machine that says nothing of either tells nothing and wants nothing")
    func quiet() {
        var small = Small(Collector())
        var outputs: [Int] = []
        var pushes: [Never] = []
        small.isPushing = true
        small.apply([Self.chosen([1], at: 1)], into: &outputs)
        small.takePushes(into: &pushes)
        #expect(pushes.isEmpty && small.nextDue == nil && small.dueCommands(at: .distantFuture, limit: 1).isEmpty)
    }
}

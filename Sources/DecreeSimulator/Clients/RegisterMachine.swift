import PaxosBase
import PaxosLog

/// What can be done to the registers of a ``RegisterMachine``.
public enum RegisterOperation: Hashable, Sendable {
    case set(key: UInt8, value: UInt64, padding: Int)
    /// Takes place only when the register still has `version`.
    case compareAndSet(key: UInt8, version: UInt64, value: UInt64)
    /// The register is emptied when so much log time has passed and nobody has changed it meanwhile.
    case setExpiring(key: UInt8, value: UInt64, lifetime: TimeSpan)
    /// Of the machine itself: empties the register if it still has `version` and its time has come.
    case expire(key: UInt8, version: UInt64)
    case read(isLinearizable: Bool)

    /// A command in bytes: kind, key, version or lifetime, value, and as many zeroes as it is padded with.
    func payload() -> Payload {
        switch self {
        case .set(let key, let value, let padding): Self.encode(1, key, 0, value, padding)
        case .compareAndSet(let key, let version, let value): Self.encode(2, key, version, value, 0)
        case .setExpiring(let key, let value, let lifetime): Self.encode(3, key, lifetime.nanoseconds, value, 0)
        case .expire(let key, let version): Self.encode(4, key, version, 0, 0)
        case .read: Payload()
        }
    }

    private static func encode(
        _ kind: UInt8, _ key: UInt8, _ version: UInt64, _ value: UInt64, _ padding: Int
    ) -> Payload {
        Payload(byteCount: 18 + padding) { bytes in
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
            bytes[0] = kind
            bytes[1] = key
            bytes.storeBytes(of: version.littleEndian, toByteOffset: 2, as: UInt64.self)
            bytes.storeBytes(of: value.littleEndian, toByteOffset: 10, as: UInt64.self)
        }
    }

    /// The command in `payload`, nil when it is none.
    init?(_ payload: Payload) {
        guard payload.count >= 18 else { return nil }
        let (kind, key, version, value) = payload.withUnsafeBytes { bytes in
            (
                bytes[0], bytes[1], UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self)),
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 10, as: UInt64.self))
            )
        }
        switch kind {
        case 1: self = .set(key: key, value: value, padding: payload.count - 18)
        case 2: self = .compareAndSet(key: key, version: version, value: value)
        case 3: self = .setExpiring(key: key, value: value, lifetime: TimeSpan(nanoseconds: version))
        case 4: self = .expire(key: key, version: version)
        default: return nil
        }
    }
}

/// A few numbered registers, the smallest machine that is worth running: the simulator's own tests use it, and it
/// shows what a ``StateMachine`` has to do.
public struct RegisterMachine: StateMachine, FlawedMachine {
    public struct Register: Hashable, Sendable {
        public var value: UInt64
        /// The revision of the last change.
        public var version: UInt64
        /// When the register is emptied.
        public var deadline: LogTime

        public init(value: UInt64, version: UInt64, deadline: LogTime = .distantFuture) {
            self.value = value
            self.version = version
            self.deadline = deadline
        }
    }

    public struct Output: Hashable, Sendable {
        /// How many changes there were, this one included.
        public let revision: UInt64
        public let isDone: Bool
    }

    public struct Answer: Hashable, Sendable {
        public let revision: UInt64
        /// By key.
        public let registers: [Register]
    }

    /// What is told of every change of a register.
    public struct Push: Hashable, Sendable {
        public let key: UInt8
        /// As it is now; its version is the revision of this change.
        public let register: Register
    }

    public typealias Query = Void
    /// How many registers were read, of the state that was pinned.
    public typealias Cursor = (registers: [Register], revision: UInt64, done: Int)
    public typealias SnapshotWalk = (registers: [Register], revision: UInt64, next: Int)

    static let registerCount = 16

    private var registers = Array(repeating: Register(value: 0, version: 0), count: RegisterMachine.registerCount)
    private var revision: UInt64 = 0
    private var sum: UInt64 = 0
    private var restored = 0
    /// Draws how many commands are done at once: no part of the state.
    private var pace = SeededRandom(seed: 1)
    /// The earliest deadline of a register.
    public private(set) var nextDue: LogTime?
    public var isPushing = false
    /// Changes that were not handed out yet.
    private var pushes: [Push] = []
    package var flaws: Set<Flaw> = []

    public init() {}

    public mutating func apply(_ commands: [ChosenCommand], into outputs: inout [Output]) {
        for command in commands { apply(command, into: &outputs) }
    }

    /// All are short, but changes of the second register pass for long, so that some commands wait for others.
    public func isShort(_ command: Payload) -> Bool { command.count < 18 || command.withUnsafeBytes { $0[1] != 1 } }

    public func timeToApply(_ command: Payload) -> TimeSpan { .milliseconds(20) }

    /// Changes of registers are short work. Often some are left for later turns all the same, so that every simulated node does
    /// what it has to do for machines whose commands take long.
    public mutating func apply(_ commands: [ChosenCommand], from first: Int, into outputs: inout [Output]) -> Int {
        let left = commands.count - first
        let count = pace.chance(1, in: 2) ? min(left, 1 + Int(pace.below(3))) : left
        for command in commands[first..<first + count] { apply(command, into: &outputs) }
        return count
    }

    private mutating func apply(_ command: ChosenCommand, into outputs: inout [Output]) {
        let isDone = RegisterOperation(command.payload).map { change($0, at: command.time) } ?? false
        if command.isAwaited { outputs.append(Output(revision: revision, isDone: isDone)) }
    }

    private mutating func change(_ operation: RegisterOperation, at time: LogTime) -> Bool {
        switch operation {
        case .set(let key, let value, _):
            store(value, at: Int(key) % Self.registerCount)
            return true
        case .compareAndSet(let key, let version, let value):
            let index = Int(key) % Self.registerCount
            guard registers[index].version == version else { return false }
            store(value, at: index)
            return true
        case .setExpiring(let key, let value, let lifetime):
            store(value, until: time + lifetime, at: Int(key) % Self.registerCount)
            return true
        case .expire(let key, let version): return expire(Int(key) % Self.registerCount, version, at: time)
        case .read: return false
        }
    }

    /// Only what was asked for may be emptied: the register may have been set again since, and given more time.
    private mutating func expire(_ index: Int, _ version: UInt64, at time: LogTime) -> Bool {
        let register = registers[index]
        let isWanted = register.version == version && register.deadline <= time
        guard isWanted || flaws.contains(.dueOfOldGeneration) else { return false }
        store(0, at: index)
        return true
    }

    private mutating func store(_ value: UInt64, until deadline: LogTime = .distantFuture, at index: Int) {
        sum &-= Self.hash(registers[index], at: index)
        revision += 1
        let former = registers[index].deadline
        registers[index] = Register(value: value, version: revision, deadline: deadline)
        sum &+= Self.hash(registers[index], at: index)
        if isPushing { pushes.append(Push(key: UInt8(index), register: registers[index])) }
        if min(former, deadline) < .distantFuture { findNextDue() }
    }

    public mutating func takePushes(into pushes: inout [Push]) {
        pushes += self.pushes
        if !flaws.contains(.pushesToldTwice) { self.pushes.removeAll(keepingCapacity: true) }
    }

    private mutating func findNextDue() {
        let earliest = registers.lazy.map(\.deadline).min() ?? .distantFuture
        nextDue = earliest == .distantFuture ? nil : earliest
    }

    public mutating func dueCommands(at time: LogTime, limit: Int) -> [Payload] {
        let due = registers.indices.filter { registers[$0].deadline <= time }.prefix(limit)
        return due.map { RegisterOperation.expire(key: UInt8($0), version: registers[$0].version).payload() }
    }

    private static func hash(_ register: Register, at index: Int) -> UInt64 {
        var hasher = StableHasher(seed: UInt64(index))
        hasher.combine(register.value)
        hasher.combine(register.version)
        hasher.combine(register.deadline.nanoseconds)
        return hasher.finalize()
    }

    public var digest: StateDigest { StateDigest(high: sum, low: revision) }

    public mutating func begin(_ query: Void) -> QueryStep<Answer, Cursor> {
        .unfinished((registers, revision, 0))
    }

    public mutating func advance(_ cursor: Cursor) -> QueryStep<Answer, Cursor> {
        guard cursor.done + 8 < cursor.registers.count else {
            return .finished(Answer(revision: cursor.revision, registers: cursor.registers))
        }
        return .unfinished((cursor.registers, cursor.revision, cursor.done + 8))
    }

    public mutating func abandon(_ cursor: Cursor) {}

    public mutating func beginSnapshot() -> SnapshotWalk { (registers, revision, -1) }

    /// The revision first, then each register in a block of its own.
    public mutating func nextBlock(of walk: inout SnapshotWalk) -> [UInt8]? {
        guard walk.next < walk.registers.count else { return nil }
        defer { walk.next += 1 }
        guard walk.next >= 0 else { return Self.block(walk.revision, 0, 0) }
        let register = walk.registers[walk.next]
        return Self.block(register.value, register.version, register.deadline.nanoseconds)
    }

    private static func block(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> [UInt8] {
        withUnsafeBytes(of: (first.littleEndian, second.littleEndian, third.littleEndian)) { Array($0) }
    }

    public mutating func abandon(_ walk: SnapshotWalk) {}

    public mutating func beginRestore() {
        let (flaws, isPushing) = (flaws, isPushing)
        self = RegisterMachine()
        (self.flaws, self.isPushing) = (flaws, isPushing)
        restored = -1
    }

    public mutating func restore(_ block: UnsafeRawBufferPointer) throws(SnapshotError) {
        guard block.count == 24, restored < Self.registerCount else {
            throw SnapshotError("a block of 24 bytes was expected, register \(restored): \(block.count) bytes")
        }
        let words = (0..<3).map { UInt64(littleEndian: block.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
        if restored < 0 {
            revision = words[0]
        } else {
            sum &-= Self.hash(registers[restored], at: restored)
            registers[restored] = Register(
                value: words[0], version: words[1], deadline: LogTime(nanoseconds: words[2]))
            sum &+= Self.hash(registers[restored], at: restored)
        }
        restored += 1
    }

    public mutating func endRestore() throws(SnapshotError) {
        guard restored == Self.registerCount else {
            throw SnapshotError("the snapshot ends at register \(restored) of \(Self.registerCount)")
        }
        restored = 0
        findNextDue()
    }

    public mutating func performMaintenance() -> Bool { false }
}

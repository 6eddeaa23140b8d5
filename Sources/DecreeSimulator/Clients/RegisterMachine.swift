import PaxosBase
import PaxosLog

/// What can be done to the registers of a ``RegisterMachine``.
public enum RegisterOperation: Hashable, Sendable {
    case set(key: UInt8, value: UInt64, padding: Int)
    /// Takes place only when the register still has `version`.
    case compareAndSet(key: UInt8, version: UInt64, value: UInt64)
    case read(isLinearizable: Bool)

    /// A command in bytes: kind, key, version, value, and as many zeroes as it is padded with.
    func payload() -> Payload {
        switch self {
        case .set(let key, let value, let padding): Self.encode(1, key, 0, value, padding)
        case .compareAndSet(let key, let version, let value): Self.encode(2, key, version, value, 0)
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
        default: return nil
        }
    }
}

/// A few numbered registers, the smallest machine that is worth running: the simulator's own tests use it, and it
/// shows what a ``StateMachine`` has to do.
public struct RegisterMachine: StateMachine {
    public struct Register: Hashable, Sendable {
        public var value: UInt64
        /// The revision of the last change.
        public var version: UInt64
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

    public typealias Query = Void
    /// How many registers were read, of the state that was pinned.
    public typealias Cursor = (registers: [Register], revision: UInt64, done: Int)
    public typealias SnapshotWalk = (registers: [Register], revision: UInt64, next: Int)

    static let registerCount = 16

    private var registers = Array(repeating: Register(value: 0, version: 0), count: RegisterMachine.registerCount)
    private var revision: UInt64 = 0
    private var sum: UInt64 = 0
    private var restored = 0

    public init() {}

    public mutating func apply(_ commands: [ChosenCommand], into outputs: inout [Output]) {
        for command in commands {
            let isDone = RegisterOperation(command.payload).map { change($0) } ?? false
            if command.isAwaited { outputs.append(Output(revision: revision, isDone: isDone)) }
        }
    }

    private mutating func change(_ operation: RegisterOperation) -> Bool {
        switch operation {
        case .set(let key, let value, _):
            store(value, at: Int(key) % Self.registerCount)
            return true
        case .compareAndSet(let key, let version, let value):
            let index = Int(key) % Self.registerCount
            guard registers[index].version == version else { return false }
            store(value, at: index)
            return true
        case .read: return false
        }
    }

    private mutating func store(_ value: UInt64, at index: Int) {
        sum &-= Self.hash(registers[index], at: index)
        revision += 1
        registers[index] = Register(value: value, version: revision)
        sum &+= Self.hash(registers[index], at: index)
    }

    private static func hash(_ register: Register, at index: Int) -> UInt64 {
        var hasher = StableHasher(seed: UInt64(index))
        hasher.combine(register.value)
        hasher.combine(register.version)
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
        guard walk.next >= 0 else { return Self.block(walk.revision, 0) }
        return Self.block(walk.registers[walk.next].value, walk.registers[walk.next].version)
    }

    private static func block(_ first: UInt64, _ second: UInt64) -> [UInt8] {
        withUnsafeBytes(of: (first.littleEndian, second.littleEndian)) { Array($0) }
    }

    public mutating func abandon(_ walk: SnapshotWalk) {}

    public mutating func beginRestore() {
        self = RegisterMachine()
        restored = -1
    }

    public mutating func restore(_ block: UnsafeRawBufferPointer) throws(SnapshotError) {
        guard block.count == 16, restored < Self.registerCount else {
            throw SnapshotError("a block of 16 bytes was expected, register \(restored): \(block.count) bytes")
        }
        let first = UInt64(littleEndian: block.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        let second = UInt64(littleEndian: block.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        if restored < 0 {
            revision = first
        } else {
            sum &-= Self.hash(registers[restored], at: restored)
            registers[restored] = Register(value: first, version: second)
            sum &+= Self.hash(registers[restored], at: restored)
        }
        restored += 1
    }

    public mutating func endRestore() throws(SnapshotError) {
        guard restored == Self.registerCount else {
            throw SnapshotError("the snapshot ends at register \(restored) of \(Self.registerCount)")
        }
        restored = 0
    }

    public mutating func performMaintenance() -> Bool { false }
}

import PaxosBase
import PaxosLog

/// Clients that set, compare and read the registers of a ``RegisterMachine``; a complete example of a workload.
public struct RegisterWorkload: Workload {
    private let keyCount: UInt64
    private let readPercent: UInt64
    private let serializablePercent: UInt64
    private let comparePercent: UInt64
    private let paddingBound: UInt64
    private let expiringPercent: UInt64
    private let lifetimeBound: TimeSpan
    private var valueCount: UInt64 = 0

    public init(choices: inout Choices) {
        keyCount = 1 + choices.below(4)
        readPercent = 10 + choices.below(60)
        serializablePercent = choices.below(15)
        comparePercent = choices.below(60)
        paddingBound = [1, 40, 400, 3000][Int(choices.below(4))]
        expiringPercent = [0, 0, 20, 60][Int(choices.below(4))]
        lifetimeBound = .milliseconds([20, 200, 2_000][Int(choices.below(3))])
    }

    public func makeMachine() -> RegisterMachine { RegisterMachine() }

    public func makeModel() -> RegisterModel { RegisterModel() }

    public mutating func nextOperation(client: Int, choices: inout Choices) -> RegisterOperation {
        if choices.chance(readPercent, in: 100) {
            return .read(isLinearizable: !choices.chance(serializablePercent, in: 100))
        }
        valueCount += 1
        let key = UInt8(choices.below(keyCount))
        if expiringPercent > 0, choices.chance(expiringPercent, in: 100) {
            return .setExpiring(key: key, value: valueCount, lifetime: choices.span(below: lifetimeBound))
        }
        guard choices.chance(comparePercent, in: 100) else {
            return .set(key: key, value: valueCount, padding: Int(choices.below(paddingBound)))
        }
        return .compareAndSet(key: key, version: valueCount - choices.below(min(valueCount, 6)), value: valueCount)
    }

    public func finalQuestion() -> RegisterOperation { .read(isLinearizable: true) }

    public func request(for operation: RegisterOperation) -> ClientRequest<Void> {
        switch operation {
        case .set, .compareAndSet, .setExpiring, .expire: .command(operation.payload())
        case .read(isLinearizable: true): .linearizableRead(())
        case .read(isLinearizable: false): .serializableRead(())
        }
    }
}

extension RegisterWorkload {
    public func ownOperation(_ payload: Payload) -> RegisterOperation? {
        if let operation = RegisterOperation(payload), case .expire = operation { operation } else { nil }
    }
}

/// The registers once more, in a dictionary.
public struct RegisterModel: SequentialModel, Hashable {
    private var registers: [UInt8: RegisterMachine.Register] = [:]
    public private(set) var position: UInt64 = 0

    public init() {}

    public mutating func perform(_ operation: RegisterOperation, output: RegisterMachine.Output?) -> String? {
        perform(operation, at: .zero, output: output)
    }

    public mutating func perform(
        _ operation: RegisterOperation, at time: LogTime, output: RegisterMachine.Output?
    ) -> String? {
        let isDone = change(operation, at: time)
        guard let output else { return nil }
        guard output.isDone == isDone else { return "\(operation) was done: \(output.isDone), should be \(isDone)" }
        guard output.revision == position else { return "\(operation) at \(output.revision), should be \(position)" }
        return nil
    }

    private mutating func change(_ operation: RegisterOperation, at time: LogTime) -> Bool {
        switch operation {
        case .set(let key, let value, _):
            position += 1
            registers[key] = .init(value: value, version: position)
        case .compareAndSet(let key, let version, let value):
            guard (registers[key]?.version ?? 0) == version else { return false }
            position += 1
            registers[key] = .init(value: value, version: position)
        case .setExpiring(let key, let value, let lifetime):
            position += 1
            registers[key] = .init(value: value, version: position, deadline: time + lifetime)
        case .expire(let key, let version):
            guard let register = registers[key], register.version == version, register.deadline <= time else {
                return false
            }
            position += 1
            registers[key] = .init(value: 0, version: position)
        case .read: return false
        }
        return true
    }

    public func check(_ operation: RegisterOperation, answer: RegisterMachine.Answer) -> String? {
        for (index, register) in answer.registers.enumerated() {
            let expected = registers[UInt8(index)] ?? .init(value: 0, version: 0)
            guard register == expected else { return "register \(index) read \(register), should be \(expected)" }
        }
        return nil
    }

    public static func position(of output: RegisterMachine.Output) -> UInt64? { output.revision }

    public static func position(of answer: RegisterMachine.Answer) -> UInt64? { answer.revision }
}

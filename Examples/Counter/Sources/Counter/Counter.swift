import Decree

/// A counter that every node keeps: a command adds a number, a query reads the sum.
public struct Counter: SmallStateMachine {
    /// How many commands were applied, and what they came to.
    public struct Reading: Hashable, Sendable {
        public var commands: UInt64
        public var sum: Int64

        public init(commands: UInt64, sum: Int64) {
            self.commands = commands
            self.sum = sum
        }
    }

    private var reading = Reading(commands: 0, sum: 0)

    public init() {}

    /// The command that adds `number`: what travels through the log is bytes of the machine's own making.
    public static func add(_ number: Int64) -> Payload { Payload("\(number)".utf8) }

    public mutating func apply(_ command: ChosenCommand) -> Reading {
        reading.commands += 1
        // What cannot be read adds nothing, on every node alike: a machine must not fail where another goes on.
        reading.sum &+= Int64(String(decoding: command.payload.bytes, as: UTF8.self)) ?? 0
        return reading
    }

    public func answer(_ query: Void) -> Reading { reading }

    public func snapshot() -> [UInt8] { Array("\(reading.commands) \(reading.sum)".utf8) }

    public mutating func restore(_ snapshot: [UInt8]) throws(SnapshotError) {
        let words = String(decoding: snapshot, as: UTF8.self).split(separator: " ")
        guard words.count == 2, let commands = UInt64(words[0]), let sum = Int64(words[1]) else {
            throw SnapshotError("not the reading of a counter")
        }
        reading = Reading(commands: commands, sum: sum)
    }
}

import PaxosBase
import PaxosSynod

/// A message of a log under way: one of a slot's protocol, with the slot.
struct LogPacket: StepMessage {
    let slot: Slot
    let packet: SynodPacket

    init(from: NodeID, _ send: LogSend) {
        slot = send.message.slot
        packet = SynodPacket(from: from, to: send.to, send.message.message)
    }

    var sender: Int { packet.sender }
    var receiver: Int { packet.receiver }
    /// Ballots of different slots are different ballots: what is worked out for a single decision makes no sense of them.
    var meaning: RoundWord? { nil }
    var description: String { "slot \(slot.rawValue): \(packet)" }

    static func < (left: LogPacket, right: LogPacket) -> Bool {
        left.slot == right.slot ? left.packet < right.packet : left.slot < right.slot
    }
}

/// What later versions will write under numbers that are set aside for it now.
///
/// Whoever meets such a number says what it is and that this program is too old for it; nothing of the sort is ever
/// skipped, for what it asks cannot be left out. The numbers stand in `Docs/FORMATS.md`, too.
public enum ReservedContent: String, Hashable, Sendable, CaseIterable {
    case configuration = "a change of the configuration"
    case faultySlots = "slots that cannot be read any more"
    case lostTail = "the loss of a journal's end"
    case witness = "what a witness let go"
    case register = "registers"
    case snapshot = "a snapshot on its way to a peer"
    case stateDigest = "a comparison of states"
    case lease = "a leader's lease"
    case session = "sessions of clients"
    case role = "a member that does not vote"
}

/// The numbers that are set aside, by what they stand in.
enum Reserved {
    /// Kinds of messages. 32 to 47 are those of register groups.
    static func message(_ number: UInt8) -> ReservedContent? {
        switch number {
        case 19, 20: .snapshot
        case 21: .stateDigest
        case 22, 23: .lease
        case 24: .configuration
        case 32...47: .register
        default: nil
        }
    }

    /// Kinds of records. 32 to 47 are those of register groups.
    static func record(_ number: UInt8) -> ReservedContent? {
        switch number {
        case 7: .configuration
        case 8: .faultySlots
        case 9: .lostTail
        case 10: .witness
        case 32...47: .register
        default: nil
        }
    }

    /// Kinds of groups, which stand in the head of a record; 0 is a replicated log.
    static func group(_ number: UInt8) -> ReservedContent? { number == 1 ? .register : nil }

    /// States of a slot in a promise.
    static func slotState(_ number: UInt8) -> ReservedContent? { number == 4 ? .lostTail : nil }
}

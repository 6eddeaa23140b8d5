/// What an alarm is about.
public enum AlarmKind: UInt8, CaseIterable, Sendable, Hashable {
    /// A member's space is used up.
    case noSpace = 1
    /// A member's state differs from the others'.
    case corrupt = 2

    /// As probes and `etcdctl alarm list` print it.
    public var name: String {
        switch self {
        case .noSpace: "NOSPACE"
        case .corrupt: "CORRUPT"
        }
    }
}

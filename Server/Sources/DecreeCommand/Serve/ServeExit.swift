/// How `decree serve` ends, as the shell sees it; all that scripts and supervisors can count on.
enum ServeExit: Int32, CaseIterable, Sendable {
    case stopped = 0
    case cannotRun = 1
    case badFlag = 2
    /// `EX_IOERR` of sysexits.h: supervisors tell it from a mistake in the options.
    case fault = 74

    /// What it stands for, for the help.
    var meaning: String {
        switch self {
        case .stopped: "after a stop on request (SIGTERM, SIGINT)"
        case .cannotRun:
            "when the options do not fit together or the server cannot start: a port or the data directory is in use, "
                + "damaged, or another's; also when a second signal ends it at once"
        case .badFlag: "when a flag is unknown or malformed"
        case .fault:
            "when the node must not go on, because its disk failed a write or a sync; start it again only on a sound one"
        }
    }
}

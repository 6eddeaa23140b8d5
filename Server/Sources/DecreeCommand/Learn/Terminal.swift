import Foundation

/// What the terminal can show; where there is none, plain text of eighty columns.
struct Terminal: Hashable {
    let width: Int
    let hasColours: Bool
    /// It shows lines and arrows; otherwise they are made of ASCII.
    let hasBoxes: Bool

    static let widths = 20...400

    /// - Parameter width: As the command line says; nil to ask the terminal.
    init(width: Int? = nil, ascii: Bool = false, environment: [String: String] = ProcessInfo.processInfo.environment) {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let given = width ?? (isTerminal ? Self.windowWidth : nil) ?? environment["COLUMNS"].flatMap(Int.init) ?? 80
        self.width = min(max(given, Self.widths.lowerBound), Self.widths.upperBound)
        let isPlain = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        hasColours = isTerminal && !isPlain
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let isUTF8 = locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
        hasBoxes = isUTF8 && !ascii
    }

    private static var windowWidth: Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    func bold(_ text: String) -> String { hasColours ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    func red(_ text: String) -> String { hasColours ? "\u{1B}[1;31m\(text)\u{1B}[0m" : text }
    func green(_ text: String) -> String { hasColours ? "\u{1B}[1;32m\(text)\u{1B}[0m" : text }
}

/// Says on standard error how far a search is, once it takes longer than a second.
struct SearchProgress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var next = Date().addingTimeInterval(1)
    private var hasSpoken = false

    mutating func reached(_ states: Int) {
        guard Date() >= next else { return }
        next = Date().addingTimeInterval(1)
        hasSpoken = true
        StandardError.write(isTerminal ? "\rsearching: \(states) states" : "searching: \(states) states\n")
    }

    /// Wipes the line on which it spoke.
    func end() {
        if hasSpoken, isTerminal { StandardError.write("\r\u{1B}[K") }
    }
}

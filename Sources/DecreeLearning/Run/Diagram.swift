/// A run as a space-time diagram: a column for each node, time goes downwards, an arrow for each message where it arrives.
public struct Diagram {
    /// With which signs lines are drawn.
    public enum Signs: Sendable {
        case box
        /// For terminals that show nothing else.
        case ascii
    }

    private let run: Run
    private let width: Int
    private let signs: Signs

    /// Below this the nodes' lines leave too little room for words.
    public static let minimumWidth = 50

    /// - Parameters:
    ///   - width: In characters; below ``minimumWidth`` a list is made instead of a diagram.
    public init(of run: Run, width: Int, signs: Signs) {
        self.run = run
        self.width = width
        self.signs = signs
    }

    /// Line by line; none has blanks at its end.
    public var lines: [String] {
        width < Self.minimumWidth ? list : [head] + run.moments.indices.flatMap(rows)
    }

    // MARK: Columns

    private var columnWidth: Int { width < 72 ? 7 : 9 }
    private var numberWidth: Int { 4 }
    /// Where a node's line stands.
    private func column(_ node: Int) -> Int { numberWidth + 3 + node * columnWidth }
    private var textColumn: Int { column(run.nodes - 1) + 4 }

    private var head: String {
        var row = Row()
        for node in 0..<run.nodes { row.put("node \(node)", at: column(node) - 2) }
        return row.text
    }

    private func rows(_ place: Int) -> [String] {
        let moment = run.moments[place]
        var first = lifelines(at: place)
        first.put(pad("\(place + 1)"), at: 0)
        draw(moment.happening, in: &first)
        let words = wrap(words(of: moment))
        first.put(words[0], at: textColumn)
        let rest = words.dropFirst().map { line in
            var row = lifelines(at: place + 1)
            row.put(line, at: textColumn)
            return row.text
        }
        return [first.text] + rest
    }

    private func pad(_ number: String) -> String { String(repeating: " ", count: max(0, 3 - number.count)) + number }

    /// The lines of those that live before a moment.
    private func lifelines(at place: Int) -> Row {
        var dead: Set<Int> = []
        for moment in run.moments.prefix(place) {
            if case .dies(let node) = moment.happening { dead.insert(node) }
        }
        var row = Row()
        for node in 0..<run.nodes where !dead.contains(node) { row.put(sign("│", "|"), at: column(node)) }
        return row
    }

    private func draw(_ happening: Moment.Happening, in row: inout Row) {
        switch happening {
        case .wants(let node): row.put(sign("●", "*"), at: column(node))
        case .dies(let node), .restarts(let node): row.put(sign("✕", "X"), at: column(node))
        case .arrives(let from, let to, _):
            let low = min(column(from), column(to)) + 1
            let length = max(column(from), column(to)) - low
            let shaft = String(repeating: sign("─", "-"), count: length - 1)
            let isRightwards = from < to
            row.put(isRightwards ? shaft + sign("▶", ">") : sign("◀", "<") + shaft, at: low)
            row.put(sign("●", "*"), at: column(to))
        }
    }

    private func sign(_ box: String, _ ascii: String) -> String { signs == .box ? box : ascii }

    // MARK: Words

    private func words(of moment: Moment) -> String {
        var text = moment.text
        if case .arrives(_, _, let sentAt) = moment.happening { text += " (of step \(sentAt))" }
        return moment.consequences.isEmpty ? text : text + ": " + moment.consequences.joined(separator: ", ")
    }

    private func wrap(_ text: String) -> [String] { Self.wrap(text, width: max(16, width - textColumn)) }

    /// Breaks a text between words.
    /// - Returns: At least one line; a word that is longer than a line stands alone.
    public static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return lines + (line.isEmpty && !lines.isEmpty ? [] : [line])
    }

    private var list: [String] {
        run.moments.enumerated().flatMap { place, moment in
            var route = ""
            if case .arrives(let from, let to, _) = moment.happening { route = "\(from) \(sign("→", "->")) \(to) " }
            let text = Self.wrap(route + words(of: moment), width: max(12, width - 4))
            return text.enumerated().map { $0 == 0 ? "\(pad("\(place + 1)")) \($1)" : "    \($1)" }
        }
    }
}

/// A line into which texts are put at columns.
private struct Row {
    private var signs: [Character] = []

    mutating func put(_ text: String, at column: Int) {
        for (offset, sign) in text.enumerated() {
            let place = column + offset
            while signs.count <= place { signs.append(" ") }
            signs[place] = sign
        }
    }

    var text: String {
        var signs = signs
        while signs.last == " " { signs.removeLast() }
        return String(signs)
    }
}

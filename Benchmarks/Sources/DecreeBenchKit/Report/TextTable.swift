/// Columns of text, the first to the left, the others to the right.
public struct TextTable {
    private var rows: [[String]] = []

    public init() {}

    public mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The lines, with two blanks between columns.
    public var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { index, cell in
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                return index == 0 ? cell + padding : padding + cell
            }.joined(separator: "  ")
        }
    }
}

/// A number with the given digits behind the point, and blanks between thousands left out: 12345, 3.46.
public func decimal(_ number: Double, _ digits: Int = 0) -> String {
    guard number.isFinite else { return "-" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (abs(number) * scale).rounded()
    guard scaled < 1e15 else { return "\(number)" }
    let whole = Int(scaled / scale)
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let fraction = String(Int(scaled) - whole * Int(scale))
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
}

/// A number with about three digits that matter: 12345, 123, 45.6, 3.21, 0.052.
public func brief(_ number: Double) -> String {
    switch abs(number) {
    case 100...: decimal(number)
    case 10...: decimal(number, 1)
    case 0.1...: decimal(number, 2)
    default: decimal(number, 3)
    }
}

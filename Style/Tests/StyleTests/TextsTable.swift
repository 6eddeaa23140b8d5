import Foundation

/// A row of `Docs/FROM-THE-TEXTS.md`: a claim of one of the texts that the project grew from.
struct TextsRow {
    let number: String
    let verdict: String
    let code: String
    let shown: String

    /// - Parameter line: A line of the page; nil for one that is no row.
    init?(_ line: String) {
        let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard cells.count > 1, cells[1].wholeMatch(of: /\d+\.\d+/) != nil else { return nil }
        number = cells[1]
        let isWhole = cells.count == 7 && !cells[2].isEmpty
        verdict = isWhole ? cells[3] : "has other cells than a row"
        code = isWhole ? cells[4] : ""
        shown = isWhole ? cells[5] : ""
    }

    /// What stands between backticks.
    static func names(in cell: String) -> [String] {
        cell.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
}

// MARK: What a row must say

extension TextsRow {
    /// Cells without a file or a name that can be looked up.
    private var lacksCode: Bool { Self.names(in: code).isEmpty }
    private var lacksCheck: Bool { Self.names(in: shown).isEmpty }

    /// What is missing for the row to say what its verdict promises.
    var lack: String? {
        switch verdict {
        case "holds", "partly", "errs":
            if lacksCode { return "names no place in the code" }
            return lacksCheck ? "names nothing that shows it" : nil
        case "unchecked": return shown.hasPrefix("No check: ") ? nil : "does not say why nothing checks it"
        case "open": return shown.hasPrefix("Not built yet: ") ? nil : "does not say what is missing"
        case "aside": return nil
        default: return "is none of the verdicts: \(verdict)"
        }
    }
}

// MARK: What a row names

extension TextsRow {
    /// The names of the row that are nowhere in the project.
    func strangers(in project: ProjectNames) -> [String] {
        Self.strangers(in: code, project) + Self.strangers(in: shown, project)
    }

    private static func strangers(in cell: String, _ project: ProjectNames) -> [String] {
        var place: String?
        return names(in: cell).filter { name in
            if let found = project.place(named: name) {
                place = found
                return false
            }
            if let place, project.isDeclared(name, in: place) { return false }
            return !project.knows(name)
        }
    }
}

/// Finds what somebody who mistyped a name may have meant.
enum Suggestion {
    /// The name among `names` that takes the fewest changes to become `text`; nil when none is near.
    static func nearest(to text: String, among names: [String]) -> String? {
        let ranked = names.map { (name: $0, changes: distance(text, $0)) }
        guard let best = ranked.min(by: { ($0.changes, $0.name) < ($1.changes, $1.name) }) else { return nil }
        return best.changes <= max(2, text.count / 3) ? best.name : nil
    }

    /// Insertions, deletions and replacements between two texts (Levenshtein's distance).
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (character == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}

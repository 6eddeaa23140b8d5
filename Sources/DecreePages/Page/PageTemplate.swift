/// A page with names between two `@@`, in whose places something stands in the end.
///
/// The viewer's files are such templates; they become part of the program when it is built. What is put in is not looked at
/// again, so that no text can name anything.
struct PageTemplate {
    private let parts: [String]

    init(_ bytes: [UInt8]) {
        parts = Self.text(bytes).split(separator: "@@", omittingEmptySubsequences: false).map(String.init)
    }

    /// The page, with what stands in the place of each name; nothing where nothing is given.
    func filled(_ contents: [String: String]) -> String {
        var parts = parts
        for index in parts.indices where index % 2 == 1 { parts[index] = contents[parts[index]] ?? "" }
        return parts.joined()
    }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// A text as it stands between tags.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

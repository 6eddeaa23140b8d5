/// A page that shows a run: one file without anything outside of it.
///
/// The viewer stands in files of its own (`Viewer/`), as it is written in HTML, CSS and JavaScript; they become part of the
/// program when it is built.
public enum RunPage {
    /// The page as HTML, in UTF-8.
    public static func html(_ run: RecordedRun) -> String {
        var parts = text(PackageResources.page_html).split(separator: "@@", omittingEmptySubsequences: false)
            .map(String.init)
        for index in parts.indices where index % 2 == 1 { parts[index] = content(parts[index], run) }
        return parts.joined()
    }

    /// A page that shows two runs beside each other; where one is looked at, the other is as well.
    public static func html(_ run: RecordedRun, beside other: RecordedRun) -> String {
        var pages = JSONText()
        pages.array([run, other]) { $0.string(html($1)) }
        var parts = text(PackageResources.pair_html).split(separator: "@@", omittingEmptySubsequences: false)
            .map(String.init)
        for index in parts.indices where index % 2 == 1 {
            switch parts[index] {
            case "title": parts[index] = escaped("\(run.title), beside \(other.title) · Decree")
            case "style": parts[index] = text(PackageResources.pair_css)
            case "pages": parts[index] = pages.text
            case "script": parts[index] = text(PackageResources.pair_js)
            default: parts[index] = ""
            }
        }
        return parts.joined()
    }

    /// What stands in the place of a name between two `@@` of the page.
    private static func content(_ name: String, _ run: RecordedRun) -> String {
        switch name {
        case "title": escaped("\(run.title) · Decree")
        case "style": text(PackageResources.page_css)
        case "run": run.json
        case "script": scripts.map(text).joined(separator: "\n")
        default: ""
        }
    }

    /// In the order in which they need each other.
    private static var scripts: [[UInt8]] {
        [
            PackageResources.model_js, PackageResources.state_js, PackageResources.picture_js,
            PackageResources.panel_js, PackageResources.controls_js,
        ]
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// As text between tags.
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

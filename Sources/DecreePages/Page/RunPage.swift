/// A page that shows a run: one file without anything outside of it.
///
/// Where the run has a way (``RecordedRun/way``) the page asks whoever it came from what else could happen, and nobody else.
public enum RunPage {
    /// The page as HTML, in UTF-8.
    public static func html(_ run: RecordedRun) -> String {
        let body = PageTemplate(PackageResources.page_html).filled([
            "run": run.json, "script": scripts.map(PageTemplate.text).joined(separator: "\n"),
        ])
        return page(run.title, PackageResources.page_css, body, asks: run.way != nil)
    }

    /// A page that shows two runs beside each other; where one is looked at, the other is as well.
    public static func html(_ run: RecordedRun, beside other: RecordedRun) -> String {
        let body = PageTemplate(PackageResources.pair_html).filled([
            "runs": JSONText(Pair(run, other)).text, "script": PageTemplate.text(PackageResources.pair_js),
        ])
        let asks = run.way != nil || other.way != nil
        return page("\(run.title), beside \(other.title)", PackageResources.pair_css, body, asks: asks)
    }

    private static func page(_ title: String, _ style: [UInt8], _ body: String, asks: Bool) -> String {
        PageTemplate(PackageResources.frame_html).filled([
            "title": PageTemplate.escaped("\(title) · Decree"), "style": PageTemplate.text(style), "body": body,
            "asks": asks ? "; connect-src 'self'" : "",
        ])
    }

    /// In the order in which they need each other.
    private static var scripts: [[UInt8]] {
        [
            PackageResources.model_js, PackageResources.state_js, PackageResources.picture_js,
            PackageResources.panel_js, PackageResources.ways_js, PackageResources.controls_js,
        ]
    }
}

/// Two runs as pages of their own, and the way of the second where it was taken off the first.
private struct Pair: JSONValue {
    let run: RecordedRun
    let other: RecordedRun

    init(_ run: RecordedRun, _ other: RecordedRun) {
        self.run = run
        self.other = other
    }

    func write(into json: inout JSONText) {
        json.object { json in
            json.field("pages", [RunPage.html(run), RunPage.html(other)])
            json.field("way", other.way)
        }
    }
}

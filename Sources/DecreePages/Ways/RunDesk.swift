/// Answers a browser that shows a run and wants to see it go another way: pages, and what else can happen behind a step.
///
/// It knows nothing of sockets. Whoever has them tells it each request and sends what it answers.
///
/// It answers only who asks it by a name of the own machine, so that a page of somebody else that had its name point here gets
/// nothing; and nobody whom another page sent.
public struct RunDesk: Sendable {
    /// What a browser asks.
    public struct Question: Hashable, Sendable {
        /// `GET` and so on.
        public var method: String
        /// Path and query, as they were sent.
        public var target: String
        /// The fields of these names; nil where they were not sent.
        public var host: String?
        public var origin: String?
        /// `sec-fetch-site`: from where the browser says that the request comes.
        public var site: String?
        /// `sec-fetch-mode`: `navigate` where somebody follows a link.
        public var mode: String?

        /// A request with a host, and nothing said of where it comes from.
        public init(_ method: String, _ target: String, host: String?) {
            self.method = method
            self.target = target
            self.host = host
        }
    }

    /// What it is told.
    public struct Answer: Hashable, Sendable {
        /// The status of HTTP.
        public let status: Int
        /// The type of the content.
        public let type: String
        public let text: String

        /// Too many wait already.
        public static let busy = refused(503, "other requests are being answered; ask again in a moment")

        static func refused(_ status: Int, _ text: String) -> Answer {
            Answer(status: status, type: "text/plain; charset=utf-8", text: "decree: \(text)\n")
        }
    }

    private let tree: any RunTree
    private let hosts: Set<String>

    /// - Parameters:
    ///   - tree: What is shown.
    ///   - port: Where it is asked for.
    public init(_ tree: any RunTree, port: Int) {
        self.tree = tree
        let names = ["127.0.0.1", "localhost", "[::1]"]
        hosts = Set(names.map { "\($0):\(port)" } + (port == 80 ? names : []))
    }

    /// Answers a request.
    public func answer(_ question: Question) -> Answer {
        if let refusal = refusal(of: question) { return refusal }
        let parts = question.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = Query(parts.count > 1 ? parts[1] : "")
        guard let way = Way(query["way"] ?? "") else {
            return .refused(400, "that is no way; it reads step.branch-step.branch, as in 3.2-17.0")
        }
        do throws(WayProblem) {
            switch parts[0] {
            case "/": return try page(way, isBeside: query["beside"] != nil)
            case "/branches": return try branches(way, query)
            default: return .refused(404, "nothing is found there; / is the run")
            }
        } catch {
            return .refused(422, "\(error)")
        }
    }

    private func refusal(of question: Question) -> Answer? {
        guard let host = question.host, hosts.contains(host.lowercased()) else {
            return .refused(421, "this is served on loopback, and to nobody who asks for another host")
        }
        if let origin = question.origin, !hosts.contains(where: { "http://\($0)" == origin }) {
            return .refused(403, "another page may not ask this")
        }
        if let site = question.site, site != "same-origin", site != "none", question.mode != "navigate" {
            return .refused(403, "another page may not ask this")
        }
        return question.method == "GET" || question.method == "HEAD" ? nil : .refused(405, "only GET is answered")
    }

    // MARK: Answers

    private func page(_ way: Way, isBeside: Bool) throws(WayProblem) -> Answer {
        var run = try tree.run(along: way)
        guard way != Way() else { return .page(RunPage.html(run)) }
        var former = try tree.run(along: Way())
        run.difference = run.firstDifference(from: former)
        former.difference = run.difference
        return .page(isBeside ? RunPage.html(former, beside: run) : RunPage.html(run))
    }

    private func branches(_ way: Way, _ query: Query) throws(WayProblem) -> Answer {
        guard let step = Way.number(query["step"] ?? "") else {
            return .refused(400, "a step is missing, as in step=3")
        }
        var json = JSONText()
        json.array(try tree.branches(behind: step, along: way))
        return Answer(status: 200, type: "application/json", text: json.text)
    }
}

extension RunDesk.Answer {
    fileprivate static func page(_ html: String) -> Self {
        Self(status: 200, type: "text/html; charset=utf-8", text: html)
    }
}

/// What stands behind the question mark of an address. All that is asked for here needs no sign to be written otherwise.
private struct Query {
    private let fields: [(name: Substring, value: Substring)]

    init(_ text: Substring) {
        fields = text.split(separator: "&").map { field in
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    subscript(name: String) -> Substring? { fields.first { $0.name == name }?.value }
}

/// The answers of the HTTP side that do not come from the JSON gateway: pure functions of a small report.
/// - Source: etcd v3.6.14, `server/etcdserver/api/etcdhttp`.
public enum EtcdHTTP {
    /// An answer to a plain HTTP request.
    public struct Answer: Hashable, Sendable {
        public let code: Int
        public let contentType: String
        public let body: [UInt8]
        /// For the header `Allow`, when the method was wrong.
        public let allow: String?

        public init(code: Int, contentType: String, body: String, allow: String? = nil) {
            self.code = code
            self.contentType = contentType
            self.body = Array(body.utf8)
            self.allow = allow
        }
    }

    /// What of the server's condition the answers need.
    public struct Report: Hashable, Sendable {
        public var alarms: [AlarmKind]
        public var hasLeader: Bool
        public var isLearner: Bool
        /// What a local read of the key `health` failed with; nil: it went well.
        public var serializableReadError: String?
        /// What a linearizable read of the key `health` failed with; nil: it went well.
        public var linearizableReadError: String?

        public init(
            alarms: [AlarmKind] = [], hasLeader: Bool, isLearner: Bool = false,
            serializableReadError: String? = nil, linearizableReadError: String? = nil
        ) {
            self.alarms = alarms
            self.hasLeader = hasLeader
            self.isLearner = isLearner
            self.serializableReadError = serializableReadError
            self.linearizableReadError = linearizableReadError
        }
    }

    static let text = "text/plain; charset=utf-8"

    /// What a request for a path other than the known ones gets.
    public static let notFound = Answer(code: 404, contentType: text, body: "404 page not found\n")

    /// What any method but GET gets.
    public static let methodNotAllowed = Answer(
        code: 405, contentType: text, body: "Method Not Allowed\n", allow: "GET")

    /// The path and query of a request, for the part of it that this file answers.
    public enum Request: Hashable, Sendable {
        case health(excluded: [String], serializable: Bool)
        case version
        case metrics
        /// `/livez` or one check of it.
        case live(check: String?, excluded: [String], isVerbose: Bool)
        /// `/readyz` or one check of it.
        case ready(check: String?, excluded: [String], isVerbose: Bool)

        /// Whether a linearizable read has to be tried before the report is complete.
        public var needsLinearizableRead: Bool {
            switch self {
            case .health(_, let serializable): !serializable
            case .ready(let check, let excluded, _):
                check == nil ? !excluded.contains("linearizable_read") : check == "linearizable_read"
            case .version, .metrics, .live: false
            }
        }

        /// - Parameter target: Path with its query, as in the request line. Nil for a path that is not served here.
        public init?(target: String) {
            let query = Query(target: target)
            let excluded = query.values("exclude").filter { !$0.isEmpty }
            let parts = query.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            guard let first = parts.first, parts.count <= 2 else { return nil }
            let check = parts.count == 2 ? String(parts[2]) : nil
            switch (first, check) {
            case ("health", nil):
                self = .health(excluded: excluded, serializable: query.values("serializable").first == "true")
            case ("version", nil): self = .version
            case ("metrics", nil): self = .metrics
            case ("livez", _):
                self = .live(check: check, excluded: excluded, isVerbose: query.contains("verbose"))
            case ("readyz", _):
                self = .ready(check: check, excluded: excluded, isVerbose: query.contains("verbose"))
            default: return nil
            }
        }
    }

    /// What a request gets whose answer could not be had.
    public static func unavailable(_ reason: String) -> Answer {
        Answer(code: 503, contentType: text, body: "\(reason)\n")
    }

    /// The page of a probe.
    /// - Parameter report: What the probe found.
    public static func page(_ request: Request, _ report: Report) -> Answer {
        switch request {
        case .health(let excluded, let serializable): health(report, excluded: excluded, serializable: serializable)
        case .live(let check, let excluded, let isVerbose):
            live(report, check: check, excluded: excluded, isVerbose: isVerbose)
        case .ready(let check, let excluded, let isVerbose):
            ready(report, check: check, excluded: excluded, isVerbose: isVerbose)
        case .version, .metrics: notFound
        }
    }

    /// `GET /health`. The values are strings, as probes expect. A member without a leader is healthy as long as reads
    /// succeed, unlike in etcd, where they never do then.
    public static func health(_ report: Report, excluded: [String], serializable: Bool) -> Answer {
        let reason = healthReason(report, excluded: excluded, serializable: serializable)
        guard let reason else {
            return Answer(code: 200, contentType: text, body: #"{"health":"true","reason":""}"#)
        }
        let body = #"{"health":"false","reason":"# + JSONText.quoted(reason) + "}\n"
        return Answer(code: 503, contentType: text, body: body)
    }

    private static func healthReason(_ report: Report, excluded: [String], serializable: Bool) -> String? {
        if let alarm = report.alarms.first(where: { !excluded.contains($0.name) }) { return "ALARM \(alarm.name)" }
        let readError = serializable ? report.serializableReadError : report.linearizableReadError
        guard let readError else { return nil }
        return serializable || report.hasLeader ? "RANGE ERROR:\(readError)" : "RAFT NO LEADER"
    }

    /// `GET /version`.
    /// - Parameter clusterIsFormed: Whether the members of the cluster have found one another.
    public static func version(clusterIsFormed: Bool) -> Answer {
        let cluster = clusterIsFormed ? Versions.cluster : "not_decided"
        let storage = clusterIsFormed ? Versions.storage : "unknown"
        let body =
            #"{"etcdserver":"\#(Versions.etcd)","etcdcluster":"\#(cluster)","storage":"\#(storage)","#
            + #""decree":"\#(Versions.decree)"}"#
        return Answer(code: 200, contentType: "application/json", body: body)
    }

    /// `GET /livez` and its sub-paths: whether the process should be left alone.
    public static func live(_ report: Report, check: String?, excluded: [String], isVerbose: Bool) -> Answer {
        checked([serializableRead(report)], check: check, excluded: excluded, isVerbose: isVerbose)
    }

    /// `GET /readyz` and its sub-paths: whether clients should be sent here. A full quota is no reason against.
    public static func ready(_ report: Report, check: String?, excluded: [String], isVerbose: Bool) -> Answer {
        let corrupt = report.alarms.contains(.corrupt) ? "alarm activated: CORRUPT" : nil
        let checks = [
            Check(name: "data_corruption", failure: corrupt),
            serializableRead(report),
            Check(name: "linearizable_read", failure: report.linearizableReadError.map { "range error: \($0)" }),
            Check(name: "non_learner", failure: report.isLearner ? "local member is a learner" : nil),
        ]
        return checked(checks, check: check, excluded: excluded, isVerbose: isVerbose)
    }

    private struct Check {
        let name: String
        let failure: String?

        var line: String { failure.map { "[-]\(name) failed: \($0)\n" } ?? "[+]\(name) ok\n" }
    }

    private static func serializableRead(_ report: Report) -> Check {
        Check(name: "serializable_read", failure: report.serializableReadError.map { "range error: \($0)" })
    }

    private static func checked(_ all: [Check], check: String?, excluded: [String], isVerbose: Bool) -> Answer {
        let checks = all.filter { check == nil ? !excluded.contains($0.name) : $0.name == check }
        if check != nil && checks.isEmpty { return notFound }
        let lines = checks.map(\.line).joined()
        if checks.contains(where: { $0.failure != nil }) { return Answer(code: 503, contentType: text, body: lines) }
        return Answer(code: 200, contentType: text, body: (isVerbose ? lines : "") + "ok\n")
    }
}

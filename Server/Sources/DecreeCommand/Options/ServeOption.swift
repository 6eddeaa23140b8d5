/// One option of `decree serve`: what drives its flag, its environment variable, its key in the configuration file and
/// its line of help.
struct ServeOption: Sendable {
    /// What a value has to look like.
    enum Kind: Sendable, Hashable {
        case text
        case flag
        case integer
        /// Go's notation, such as `1m30s`.
        case duration
        /// Separated by commas.
        case urls
        /// Separated by commas.
        case list
        case choice([String])
    }

    /// What becomes of a value.
    enum Status: Sendable, Hashable {
        case used
        /// Accepted, because scripts give it, and without effect here, for the reason given.
        case ignored(String)
        /// Any value but the standard one stops the start: what it asks for is not there yet.
        case refused(String)
    }

    /// The headings of the help.
    enum Topic: String, CaseIterable, Sendable {
        case member = "Member"
        case clustering = "Clustering"
        case limits = "Limits"
        case compaction = "Compaction and snapshots"
        case security = "Security"
        case auth = "Users"
        case monitoring = "Logging and monitoring"
        case tuning = "Tuning"
        case unsafe = "Unsafe"
        /// Accepted by etcd for the sake of old scripts; not shown.
        case legacy = ""
    }

    let name: String
    let kind: Kind
    /// The value when none is given, as it would be written.
    let standard: String
    /// What help shows of it, where not giving the option is not the same as giving that value.
    let shownStandard: String
    let topic: Topic
    let status: Status
    let help: String
    /// Former names, which still work and are warned about.
    let formerNames: [String]
    /// Where the value stands in the configuration file.
    let configPath: [String]

    init(
        _ name: String, _ kind: Kind, _ standard: String = "", _ topic: Topic, _ status: Status = .used,
        formerly formerNames: [String] = [], config configPath: [String]? = nil, shown: String? = nil, help: String
    ) {
        self.name = name
        self.kind = kind
        self.standard = standard
        shownStandard = shown ?? standard
        self.topic = topic
        self.status = status
        self.help = help
        self.formerNames = formerNames
        self.configPath = configPath ?? [name]
    }

    /// The environment variable that sets it.
    var environmentName: String { Self.environmentName(name) }

    static func environmentName(_ name: String) -> String {
        "ETCD_" + name.uppercased().replacing("-", with: "_")
    }

    /// Checks the form of a value.
    /// - Returns: What is wrong with it, in the words of Go's flag parser; nil if nothing is.
    func flaw(of value: String) -> String? {
        // Whatever etcd ignores it ignores with any value.
        if topic == .legacy { return nil }
        return switch kind {
        case .text, .list: nil
        case .flag: GoValues.bool(value) == nil ? "parse error" : nil
        case .integer: GoValues.integer(value) == nil ? "parse error" : nil
        case .duration: GoValues.duration(value) == nil ? "parse error" : nil
        case .choice(let choices): choices.contains(value) ? nil : "expected one of: \(choices.joined(separator: ", "))"
        case .urls: urlFlaw(of: value)
        }
    }

    private func urlFlaw(of value: String) -> String? {
        guard !value.isEmpty else { return nil }
        do throws(ServeURL.Flaw) {
            _ = try ServeURL.list(value)
            return nil
        } catch {
            return error.description
        }
    }
}

/// Reads flags as Go's flag package does: one dash or two, `--name value` or `--name=value`, and flags that are true or
/// false without a separate value.
/// - Source: Go, `flag.FlagSet.Parse`; etcd v3.6.14, `server/etcdmain/config.go`.
enum FlagParser {
    /// What the arguments ask for besides starting.
    struct Outcome {
        var given = GivenOptions()
        var wantsHelp = false
        var wantsVersion = false
    }

    static func parse(_ arguments: [String]) throws(ServeRefusal) -> Outcome {
        var outcome = Outcome()
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-"), argument.count > 1, argument != "--" else {
                let stray = argument == "--" ? rest.first : argument
                guard let stray else { break }
                throw ServeRefusal(.badFlag, "\"\(stray)\" is not a valid flag")
            }
            let (name, value) = try split(argument)
            switch name {
            case "help", "h": outcome.wantsHelp = true
            case "version": outcome.wantsVersion = try bool(value, name)
            default: try set(name, value, &rest, &outcome.given)
            }
            if outcome.wantsHelp { break }
        }
        return outcome
    }

    private static func split(_ argument: String) throws(ServeRefusal) -> (name: String, value: String?) {
        let body = argument.dropFirst(argument.hasPrefix("--") ? 2 : 1)
        let halves = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = halves.first, !name.isEmpty, !name.hasPrefix("-") else {
            throw ServeRefusal(.badFlag, "bad flag syntax: \(argument)")
        }
        return (name, halves.count == 2 ? halves[1] : nil)
    }

    private static func bool(_ value: String?, _ name: String) throws(ServeRefusal) -> Bool {
        guard let value else { return true }
        guard let flag = GoValues.bool(value) else {
            throw ServeRefusal(.badFlag, "invalid boolean value \"\(value)\" for -\(name): parse error")
        }
        return flag
    }

    private static func set(
        _ name: String, _ value: String?, _ rest: inout ArraySlice<String>, _ given: inout GivenOptions
    ) throws(ServeRefusal) {
        guard let option = ServeOptionTable.find(name) else { throw unknown(name) }
        if option.kind == .flag {
            given.set(option, option.topic == .legacy ? value ?? "true" : try bool(value, name) ? "true" : "false")
        } else {
            guard let text = value ?? rest.popFirst() else {
                throw ServeRefusal(.badFlag, "flag needs an argument: -\(name)")
            }
            if let flaw = option.flaw(of: text) {
                throw ServeRefusal(.badFlag, "invalid value \"\(text)\" for flag -\(name): \(flaw)")
            }
            given.set(option, text)
        }
        if name != option.name { given.warnings.append("--\(name) is deprecated: use --\(option.name) instead") }
    }

    private static func unknown(_ name: String) -> ServeRefusal {
        let hint = Suggestion.nearest(to: name, among: ServeOptionTable.shownNames).map { "; did you mean --\($0)?" }
        return ServeRefusal(.badFlag, "flag provided but not defined: -\(name)\(hint ?? "")")
    }
}

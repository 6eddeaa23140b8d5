/// Reads the options that stand in environment variables: `ETCD_` and the flag's name in capitals.
/// - Source: etcd v3.6.14, `pkg/flags/flag.go`, `SetFlagsFromEnv`.
enum EnvironmentReader {
    /// Adds what the environment sets to what the flags gave.
    /// - Throws: When a variable and a flag set the same option, or a value is malformed.
    static func read(_ environment: [String: String], into given: inout GivenOptions) throws(ServeRefusal) {
        let flags = given
        for (variable, value) in environment.sorted(by: { $0.key < $1.key }) where variable.hasPrefix("ETCD_") {
            guard let (option, name) = options[variable] else {
                if variable != "ETCD_CONFIG_FILE" { given.warnings.append(unrecognized(variable, value)) }
                continue
            }
            guard !value.isEmpty else { continue }
            if flags.isGiven(option.name) {
                throw ServeRefusal(
                    .badConfiguration,
                    "conflicting environment variable is shadowed by corresponding command-line flag (either unset "
                        + "environment variable or disable flag)): \(variable)")
            }
            if let flaw = option.flaw(of: value) {
                throw ServeRefusal(.badConfiguration, "invalid value \"\(value)\" for \(variable): \(flaw)")
            }
            given.set(option, value)
            if name != option.name {
                given.warnings.append("\(variable) is deprecated: use \(option.environmentName) instead")
            }
        }
    }

    private static func unrecognized(_ variable: String, _ value: String) -> String {
        let hint = Suggestion.nearest(to: variable, among: options.keys.sorted()).map { "; did you mean \($0)?" }
        return "unrecognized environment variable \(variable)=\(value)\(hint ?? "")"
    }

    /// Every variable with the option that it sets and the name of it that the variable is made of.
    private static let options: [String: (ServeOption, String)] = {
        var result: [String: (ServeOption, String)] = [:]
        for option in ServeOptionTable.all {
            for name in [option.name] + option.formerNames {
                result[ServeOption.environmentName(name)] = (option, name)
            }
        }
        return result
    }()
}

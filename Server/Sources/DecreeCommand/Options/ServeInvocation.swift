/// What a command line of `decree serve` comes to, together with the environment and the configuration file.
enum ServeInvocation {
    case run(ServeOptions)
    case show(String)

    /// - Parameters:
    ///   - arguments: What stands behind `serve`.
    ///   - environment: All variables.
    ///   - readFile: Reads the configuration file at a path; nil when it cannot be read.
    ///   - isBegun: Whether a data directory holds a member already, which knows its cluster.
    /// - Throws: Why the server does not start.
    static func resolve(
        _ arguments: [String], environment: [String: String], readFile: (String) -> String?,
        isBegun: (String) -> Bool = { _ in false }
    ) throws(ServeRefusal) -> ServeInvocation {
        let outcome = try FlagParser.parse(arguments)
        if outcome.wantsHelp { return .show(ServeHelp.text) }
        if outcome.wantsVersion { return .show(ServeHelp.version) }
        return .run(try ServeOptionsBuilder.build(try given(outcome.given, environment, readFile), isBegun: isBegun))
    }

    private static func given(
        _ flags: GivenOptions, _ environment: [String: String], _ readFile: (String) -> String?
    ) throws(ServeRefusal) -> GivenOptions {
        let named = flags.text("config-file")
        let path = named.isEmpty ? environment["ETCD_CONFIG_FILE"] ?? "" : named
        guard !path.isEmpty else {
            var given = flags
            try EnvironmentReader.read(environment, into: &given)
            return given
        }
        guard let text = readFile(path) else {
            throw ServeRefusal(.badConfiguration, "the configuration file \(path) cannot be read")
        }
        var given = try ConfigFileReader.read(text)
        given.notes.append(
            "loaded server configuration, other configuration command line flags and environment variables will be "
                + "ignored if provided: \(path)")
        return given
    }
}

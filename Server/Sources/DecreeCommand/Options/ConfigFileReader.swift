import Yams

/// Reads the options of a configuration file in YAML or JSON. Keys are the flags' names; those of TLS stand in maps of
/// their own.
/// - Source: etcd v3.6.14, `server/embed/config.go`, `configFromFile`; `etcd.conf.yml.sample`.
enum ConfigFileReader {
    /// - Parameter text: What the file holds.
    /// - Throws: When it is not YAML, or a value is malformed.
    static func read(_ text: String) throws(ServeRefusal) -> GivenOptions {
        var given = GivenOptions()
        guard let root = try compose(text) else { return given }
        guard case .mapping(let mapping) = root else {
            throw ServeRefusal(.badConfiguration, "the configuration file is not a map of options")
        }
        for (name, node) in mapping.merged {
            if case .mapping(let section) = node, sections.contains(name) {
                for (key, node) in section.merged { try set([name, key], node, &given) }
            } else {
                try set([name], node, &given)
            }
        }
        return given
    }

    /// The keys that hold maps.
    private static let sections = Set(ServeOptionTable.all.filter { $0.configPath.count > 1 }.map { $0.configPath[0] })

    private static let options = Dictionary(
        ServeOptionTable.all.flatMap { option in
            [(option.configPath, option)] + option.formerNames.map { ([$0], option) }
        }, uniquingKeysWith: { first, _ in first })

    private static func compose(_ text: String) throws(ServeRefusal) -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch {
            throw ServeRefusal(.badConfiguration, "the configuration file cannot be read: \(error)")
        }
    }

    private static func set(_ path: [String], _ node: Node, _ given: inout GivenOptions) throws(ServeRefusal) {
        let key = path.joined(separator: ".")
        guard let option = options[path] else {
            let known = options.keys.map { $0.joined(separator: ".") }.sorted()
            let hint = Suggestion.nearest(to: key, among: known).map { "; did you mean \($0)?" } ?? ""
            given.warnings.append("unknown option in the configuration file: \(key)\(hint)")
            return
        }
        guard let value = value(of: node, for: option), !value.isEmpty else { return }
        if let flaw = option.flaw(of: value) {
            throw ServeRefusal(.badConfiguration, "invalid value \"\(value)\" for \(key): \(flaw)")
        }
        given.set(option, value)
        if path.count == 1, path[0] != option.name, option.configPath != path {
            given.warnings.append("\(path[0]) is deprecated: use \(option.name) instead")
        }
    }

    /// The value as a flag would have it; nil for none. Lists may be YAML lists, and a duration without a unit is a
    /// number of nanoseconds, as etcd reads it.
    private static func value(of node: Node, for option: ServeOption) -> String? {
        switch node {
        case .scalar(let scalar):
            if node.null != nil { return nil }
            if option.kind == .flag, let flag = node.bool { return flag ? "true" : "false" }
            guard let number = YAMLScalar.integer(scalar) else { return scalar.string }
            return switch option.kind {
            case .integer: "\(number)"
            case .duration: "\(number)ns"
            default: scalar.string
            }
        case .sequence(let elements): return elements.compactMap { $0.scalar?.string }.joined(separator: ",")
        case .mapping, .alias: return nil
        }
    }
}

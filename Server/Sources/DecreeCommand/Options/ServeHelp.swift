import DecreeEtcd

/// What `decree serve --help` and `--version` print.
enum ServeHelp {
    /// The first line is what scripts for etcd look at.
    static let version = """
        etcd Version: \(Versions.etcd)
        decree Version: \(Versions.decree)
        """

    static let usage = """
        Usage: decree serve [flags]

        Runs one member of a cluster. Without any flag it is a cluster of one, named default, that keeps its data in
        ./default.decree and serves clients at http://localhost:2379.

        A cluster of three, each member on a machine of its own:
          decree serve --name a --initial-cluster a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380 \\
            --listen-peer-urls http://10.0.0.1:2380 --initial-advertise-peer-urls http://10.0.0.1:2380 \\
            --listen-client-urls http://10.0.0.1:2379 --advertise-client-urls http://10.0.0.1:2379

        Peers trust each other without proof yet: whoever reaches the peer URLs can pose as a member, and read and change
        everything. Let nobody but the members reach them.

        Every flag is also an environment variable (--data-dir is ETCD_DATA_DIR) and a key of --config-file. A flag and
        its variable together are refused; with --config-file all other flags and variables are ignored. Flags may be
        written with one dash or two, with = or a blank before the value; a flag that is true or false needs no value.
        """

    /// What the shell sees when the server ends.
    static var exitCodes: [String] {
        ["Exit codes:"]
            + ServeExit.allCases.flatMap { code in
                let number = "\(code.rawValue)"
                let lines = wrapped(code.meaning)
                let first = "  " + number + String(lines[0].dropFirst(2 + number.count))
                return [first] + lines.dropFirst()
            }
    }

    /// The whole help, by topic.
    static var text: String {
        var lines = [usage, ""] + exitCodes + [""]
        for topic in ServeOption.Topic.allCases where topic != .legacy {
            lines.append("\(topic.rawValue):")
            for option in ServeOptionTable.all where option.topic == topic { lines += paragraphs(option) }
            lines.append("")
        }
        lines += ["Other:", "  --help", "      Shows this.", "  --version", "      Shows the versions.", ""]
        return lines.joined(separator: "\n")
    }

    private static func paragraphs(_ option: ServeOption) -> [String] {
        let isShown = !option.shownStandard.isEmpty && option.shownStandard.count <= 40
        let standard = isShown ? " (\(option.shownStandard))" : ""
        var lines = ["  --\(option.name)\(value(option.kind))\(standard)"]
        lines += wrapped(option.help)
        switch option.status {
        case .used: break
        case .ignored(let reason): lines += wrapped("Accepted without effect: \(reason).")
        case .refused(let feature): lines += wrapped("Not available yet (\(feature)): any other value is refused.")
        }
        return lines
    }

    private static func value(_ kind: ServeOption.Kind) -> String {
        switch kind {
        case .text: " <text>"
        case .flag: ""
        case .integer: " <number>"
        case .duration: " <duration>"
        case .urls: " <url,...>"
        case .list: " <item,...>"
        case .choice(let choices): " <" + choices.filter { !$0.isEmpty }.joined(separator: "|") + ">"
        }
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = "     "
        for word in text.split(separator: " ") {
            if line.count + word.count + 1 > 100 {
                lines.append(line)
                line = "     "
            }
            line += " \(word)"
        }
        return lines + [line]
    }
}

/// Reads and checks the list of members that a cluster begins with.
/// - Source: etcd v3.6.14, `client/pkg/types/urlsmap.go` and `server/config/config.go`, `VerifyBootstrap`.
enum InitialCluster {
    /// - Parameters:
    ///   - name: This member's name.
    ///   - advertised: This member's peer URLs, sorted.
    ///   - isBegun: The data directory knows the cluster: what makes no sense is no reason not to start.
    /// - Returns: All members by name, and what to say of a list that was ignored. Without `--initial-cluster` it is this
    ///   member alone.
    static func resolve(
        _ given: GivenOptions, name: String, advertised: [ServeURL], isBegun: Bool
    ) throws(ServeRefusal) -> (members: [InitialMember], warnings: [String]) {
        do throws(ServeRefusal) {
            return (try resolve(given, name: name, advertised: advertised), [])
        } catch {
            guard isBegun else { throw error }
            return (
                [InitialMember(name: name, urls: advertised)],
                ["--initial-cluster is ignored, the data directory records the members: \(error)"]
            )
        }
    }

    private static func resolve(
        _ given: GivenOptions, name: String, advertised: [ServeURL]
    ) throws(ServeRefusal) -> [InitialMember] {
        guard given.isGiven("initial-cluster"), !given.text("initial-cluster").isEmpty else {
            return [InitialMember(name: name, urls: advertised)]
        }
        let members = try parse(given.text("initial-cluster"))
        guard let own = members.first(where: { $0.name == name }) else {
            throw ServeRefusal(
                .badConfiguration, "couldn't find local member \"\(name)\" in the initial cluster configuration")
        }
        try match(own, advertised)
        try checkDuplicates(members)
        return members
    }

    /// - Parameter text: `name=URL,name=URL`; a name that stands twice has two URLs.
    static func parse(_ text: String) throws(ServeRefusal) -> [InitialMember] {
        var urls: [String: Set<ServeURL>] = [:]
        for part in GoValues.list(text) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = sides[0].trimmed
            guard sides.count == 2, !sides[1].trimmed.isEmpty else {
                throw ServeRefusal(.badConfiguration, "empty URL given for \"\(name)\"")
            }
            do throws(ServeURL.Flaw) {
                let url = try ServeURL(String(sides[1]))
                try check(url)
                urls[name, default: []].insert(url)
            } catch {
                throw ServeRefusal(.badConfiguration, "error setting up initial cluster: \(error)")
            }
        }
        return urls.map { InitialMember(name: $0.key, urls: $0.value.sorted()) }.sorted { $0.name < $1.name }
    }

    private static func check(_ url: ServeURL) throws(ServeURL.Flaw) {
        if url.scheme.isUnix { throw .scheme(url.description) }
    }

    private static func match(_ own: InitialMember, _ advertised: [ServeURL]) throws(ServeRefusal) {
        let missing = own.urls.filter { !advertised.contains($0) }
        if !missing.isEmpty {
            throw ServeRefusal(
                .badConfiguration,
                "--initial-cluster has \(text(own.name, missing)) but missing from "
                    + "--initial-advertise-peer-urls=\(advertised.map(\.description).joined(separator: ","))")
        }
        let surplus = advertised.filter { !own.urls.contains($0) }
        if !surplus.isEmpty {
            throw ServeRefusal(
                .badConfiguration,
                "--initial-advertise-peer-urls has \(surplus.map(\.description).joined(separator: ",")) but missing from "
                    + "--initial-cluster=\(text(own.name, own.urls))")
        }
    }

    private static func text(_ name: String, _ urls: [ServeURL]) -> String {
        urls.map { "\(name)=\($0)" }.joined(separator: ",")
    }

    private static func checkDuplicates(_ members: [InitialMember]) throws(ServeRefusal) {
        let all = members.flatMap(\.urls)
        guard Set(all).count == all.count else {
            let list = members.map { text($0.name, $0.urls) }.joined(separator: ",")
            throw ServeRefusal(.badConfiguration, "initial cluster \(list) has duplicate url")
        }
    }
}

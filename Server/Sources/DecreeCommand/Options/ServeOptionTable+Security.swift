extension ServeOptionTable {
    private static let tls = "TLS"

    /// Options of TLS for clients, and the same ones for peers.
    static let security: [ServeOption] = clientSecurity + peerSecurity + commonSecurity

    private static func section(_ peers: Bool, _ key: String) -> [String] {
        [peers ? "peer-transport-security" : "client-transport-security", key]
    }

    private static let clientSecurity = [
        ServeOption(
            "cert-file", .text, "", .security, .refused(tls), config: section(false, "cert-file"),
            help: "Certificate shown to clients."),
        ServeOption(
            "key-file", .text, "", .security, .refused(tls), config: section(false, "key-file"),
            help: "Key of the certificate shown to clients."),
        ServeOption(
            "client-cert-auth", .flag, "false", .security, .refused("client certificates"),
            config: section(false, "client-cert-auth"), help: "Demands a certificate of every client."),
        ServeOption(
            "trusted-ca-file", .text, "", .security, .refused("client certificates"),
            config: section(false, "trusted-ca-file"), help: "Authorities that clients' certificates must come from."),
        ServeOption(
            "client-cert-file", .text, "", .security, .refused(tls), config: section(false, "client-cert-file"),
            help: "Certificate for this member's own client connections."),
        ServeOption(
            "client-key-file", .text, "", .security, .refused(tls), config: section(false, "client-key-file"),
            help: "Key of that certificate."),
        ServeOption(
            "client-crl-file", .text, "", .security, .refused("client certificates"),
            help: "Revoked certificates of clients."),
        ServeOption(
            "client-cert-allowed-hostname", .list, "", .security, .refused("client certificates"),
            config: section(false, "allowed-hostname"), help: "Host names that clients' certificates may have."),
        ServeOption(
            "auto-tls", .flag, "false", .security, .refused(tls), config: section(false, "auto-tls"),
            help: "TLS for clients with a certificate made at the start."),
    ]

    private static let peerSecurity = [
        ServeOption(
            "peer-cert-file", .text, "", .security, .refused(tls), config: section(true, "cert-file"),
            help: "Certificate shown to the other members."),
        ServeOption(
            "peer-key-file", .text, "", .security, .refused(tls), config: section(true, "key-file"),
            help: "Key of the certificate shown to the other members."),
        ServeOption(
            "peer-client-cert-auth", .flag, "false", .security, .refused("peer certificates"),
            config: section(true, "client-cert-auth"), help: "Demands a certificate of every other member."),
        ServeOption(
            "peer-trusted-ca-file", .text, "", .security, .refused("peer certificates"),
            config: section(true, "trusted-ca-file"), help: "Authorities that members' certificates must come from."),
        ServeOption(
            "peer-client-cert-file", .text, "", .security, .refused(tls), config: section(true, "client-cert-file"),
            help: "Certificate for connections to other members."),
        ServeOption(
            "peer-client-key-file", .text, "", .security, .refused(tls), config: section(true, "client-key-file"),
            help: "Key of that certificate."),
        ServeOption(
            "peer-crl-file", .text, "", .security, .refused("peer certificates"), help: "Revoked members' certificates."
        ),
        ServeOption(
            "peer-cert-allowed-cn", .list, "", .security, .refused("peer certificates"),
            config: section(true, "allowed-cn"), help: "Common names that members' certificates may have."),
        ServeOption(
            "peer-cert-allowed-hostname", .list, "", .security, .refused("peer certificates"),
            config: section(true, "allowed-hostname"), help: "Host names that members' certificates may have."),
        ServeOption(
            "peer-auto-tls", .flag, "false", .security, .refused(tls), config: section(true, "auto-tls"),
            help: "TLS between members with certificates made at the start."),
        ServeOption(
            "peer-skip-client-san-verification", .flag, "false", .security, .refused("peer certificates"),
            formerly: ["experimental-peer-skip-client-san-verification"],
            config: section(true, "skip-client-san-verification"),
            help: "Does not compare members' addresses with their certificates."),
    ]

    private static let commonSecurity = [
        ServeOption(
            "cipher-suites", .list, "", .security, .ignored("there is no TLS yet"), help: "Cipher suites for TLS."),
        ServeOption(
            "tls-min-version", .choice(["TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3"]), "TLS1.2", .security,
            .ignored("there is no TLS yet"), help: "Oldest version of TLS."),
        ServeOption(
            "tls-max-version", .choice(["", "TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3"]), "", .security,
            .ignored("there is no TLS yet"), help: "Newest version of TLS."),
        ServeOption(
            "self-signed-cert-validity", .integer, "1", .security, .ignored("there is no TLS yet"),
            help: "Years that certificates made at the start are valid."),
        ServeOption(
            "cors", .list, "*", .security, .refused("limits on origins"), help: "Origins that browsers may call from."),
        ServeOption(
            "host-whitelist", .list, "*", .security, .refused("limits on host names"),
            help: "Host names that plain HTTP requests may name."),
    ]

    static let users = [
        ServeOption(
            "auth-token", .text, "simple", .auth, .refused("signed tokens"),
            help: "Kind of token that users get: simple, or jwt with its options."),
        ServeOption(
            "auth-token-ttl", .integer, "300", .auth, .ignored("there are no users yet"),
            help: "Seconds that a token lives."),
        ServeOption(
            "bcrypt-cost", .integer, "10", .auth, .ignored("there are no users yet"),
            help: "Cost of hashing a password, from 4 to 31."),
    ]
}

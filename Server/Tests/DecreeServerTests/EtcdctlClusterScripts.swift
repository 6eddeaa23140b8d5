import DecreeTestSupport

/// Scripts that ask the servers of themselves.
enum ClusterScripts {
    private static let tableToo = KeyScripts.formats + ["table"]

    static let status: [Step] =
        [.run("put a 1")]
        + tableToo.flatMap { format -> [Step] in
            [
                .run("endpoint status -w \(format)"), .all("endpoint status -w \(format)"),
                .unordered("endpoint status --cluster -w \(format)"),
            ]
        } + [.newer("endpoint status -w table"), .newer("endpoint status -w simple")] + KeyScripts.clean

    static let health: [Step] =
        tableToo.flatMap { format -> [Step] in
            [
                .run("endpoint health -w \(format)"), .all("endpoint health -w \(format)"),
                .unordered("endpoint health --cluster -w \(format)"),
            ]
        } + [.newer("endpoint health -w json"), .run("endpoint nonsense")]

    static let members: [Step] =
        ["simple", "fields", "json", "table"].flatMap { format -> [Step] in
            [.unordered("member list -w \(format)")]
        } + [.unordered("member list --hex -w json"), .newer("endpoint hashkv"), .run("alarm list"), .run("defrag")]

    /// Values near and over the limits: whole requests of 1.5 MiB, messages of 2 MiB.
    static let sizes: [Step] =
        [
            .run("put big", input: String(repeating: "v", count: 1_000_000)), .run("get big --print-value-only"),
            .run("put big", input: String(repeating: "v", count: 1_600_000)),
            .run("put big", input: String(repeating: "v", count: 2_200_000)),
            .run("get big --keys-only -w json"), .run("put \(String(repeating: "k", count: 60_000)) 1"),
            .run("get --prefix kkk --print-value-only"),
        ] + KeyScripts.clean
}

import DecreeTestSupport

/// Scripts of transactions in etcdctl's interactive syntax, and of compactions.
enum TxnScripts {
    /// Conditions, what is done if they hold, and else; one on each line, an empty line behind each part.
    private static func txn(
        _ compares: [String], _ success: [String], _ failure: [String] = [], flags: String = ""
    ) -> Step {
        let parts = [compares, success, failure].map { $0.map { $0 + "\n" }.joined() + "\n" }
        return .run("txn" + flags, input: parts.joined())
    }

    private static let prepared: [Step] =
        KeyScripts.clean + [.run("put a 1"), .run("put b 2"), .run("put b 3"), .run("put c ''")]

    static let conditions: [Step] =
        prepared
        + [
            #"value("a") = "1""#, #"value("a") = "2""#, #"value("a") != "1""#, #"value("a") > "0""#,
            #"value("a") < "0""#, #"value("c") = """#, #"value("missing") = """#, #"value("missing") != "x""#,
            #"version("b") = "2""#, #"version("b") > "2""#, #"version("b") < "3""#, #"version("missing") = "0""#,
            #"version("missing") > "0""#, #"create("missing") = "0""#, #"create("a") > "0""#, #"create("a") = "0""#,
            #"mod("missing") = "0""#, #"mod("a") > "1""#, #"mod("a") = "999999""#, #"mod("b") != "0""#,
            #"ver("a") = "1""#, #"c("a") > "0""#, #"m("a") > "0""#, #"val("a") = "1""#,
            #"value("") = "x""#, #"colour("a") = "1""#, #"mod("a") = "many""#, #"mod(a) = "0""#, #"nonsense"#,
        ].map { txn([$0], ["get a"], ["get b"]) } + [
            txn([#"value("a") = "1""#, #"value("b") = "3""#], ["get a"], ["get b"]),
            txn([#"value("a") = "1""#, #"value("b") = "2""#], ["get a"], ["get b"]),
            txn([], ["get a"], ["get b"]),
            txn([#"mod("a") > "0""#], [], []), txn([], [], []),
        ] + KeyScripts.clean

    static let branches: [Step] =
        prepared + [
            txn([#"value("a") = "1""#], ["put a 2", "put d 4"], ["put a 3"]), .run(#"get --prefix "" -w json"#),
            txn([#"value("a") = "1""#], ["put a 4"], ["put a 5", "del b"]), .run(#"get --prefix "" -w json"#),
            txn([], ["put e 1", "get e", #"get --prefix """#, "del e", "get e"]),
            txn([], [#"get --prefix """#, "put f 1", #"get --prefix "" --limit 2"#]),
            txn([], [#"del --prefix """#, #"get --prefix """#]), .run(#"get --prefix "" -w json"#),
            txn([], ["del missing"]), txn([#"version("a") = "7""#], ["put a 1"]), .run("get a -w json"),
            txn([], [#"put a "with blanks" --prev-kv"#, "get a --keys-only"]),
            txn([], [#"put a "" --prev-kv"#, "del a --prev-kv"]),
            txn([], ["get a --sort-by=VERSION --order=DESCEND --prefix"]),
            txn([], ["put a again", "del b", "put c more"], flags: " -i"),
            txn([], [#"get --prefix "" --rev {now}"#]),
        ]
        + KeyScripts.formats.flatMap { format -> [Step] in
            [
                txn([#"mod("a") > "0""#], ["put a 1 --prev-kv", "get a", "del b"], ["get c"], flags: " -w \(format)"),
                txn([#"mod("a") = "0""#], ["put a 1"], [#"get --prefix """#], flags: " -w \(format)"),
                txn([], [#"put "" 1"#], flags: " -w \(format)"),
            ]
        } + KeyScripts.clean

    static let refusals: [Step] =
        prepared + [
            txn([], ["put x 1", "put x 2"]), txn([], ["put x 1", "del x"]), txn([], ["del x", "put x 1"]),
            txn([], ["put x/1 1", "del --prefix x/"]), txn([], ["put x 1"], ["put x 2"]), txn([], ["del x", "del x"]),
            txn([], [#"put """#]), txn([], [#"put "" 1"#]), txn([], [#"get """#]), txn([], [#"del """#]),
            txn([], ["put x 1"], [#"put "" 1"#]), txn([], ["put x 1 --ignore-value"]),
            txn([], ["put nowhere --ignore-value"]), txn([], ["put nowhere 1 --ignore-lease"]),
            txn([], ["put x 1 --lease=77"]), txn([], ["put x 1", "put y 1 --lease=77"]), .run("get x"),
            txn([], ["fly away"]), txn([], ["put"]), txn([], ["get --limit many a"]),
            txn([], ["get a --rev 999999"]), txn([], ["get a --rev 999999", "get b"]),
            txn([], (1...128).map { "put many/\($0) \($0)" }), txn([], (1...129).map { "put many/\($0) \($0)" }),
            txn([], ["put one 1"], (1...129).map { "get many/\($0)" }),
            txn((1...128).map { "mod(\"many/\($0)\") > \"0\"" }, ["get --prefix many/ --limit 1"]),
            txn((1...129).map { "mod(\"many/\($0)\") > \"0\"" }, ["get --prefix many/ --limit 1"]),
            .run("get --prefix many/ --keys-only"), .run("txn", input: ""), .run("txn", input: "\n"),
            .run("txn nonsense"),
        ] + KeyScripts.clean

    static let compactions: [Step] =
        prepared + [
            .run("del a"), .run("put a back"), .run("put b 4"),
            .run("compaction {now-2}"), .run("get a --rev {now-2}"), .run("get a --rev {now-3}"),
            .run("get --prefix '' --rev {now-2} -w json"), .run("get --prefix '' --rev {now-1} -w json"),
            .run("get a --rev {now-3} --consistency=s"), .run("compaction {now-2}"), .run("compaction {now-4}"),
            .run("compaction {now+1}"), .run("compaction 0"), .run("compaction -- -1"), .run("compaction"),
            .run("compaction what"), .run("compaction 1 2"), .run("put a more"), .run("put b more"),
            .run("compaction {now} --physical"), .run("get a --rev {now-1}"), .run("get a --rev {now} -w json"),
            .run(#"get --prefix "" -w json"#), txn([], ["get a --rev 1"]), .run("del b"), .run("put c 1"),
            .run("compaction {now-1} -w json"), .run("get b --rev {now-1} -w json"), .run("get b --rev 2 -w fields"),
        ] + KeyScripts.clean
}

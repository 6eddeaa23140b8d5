import DecreeTestSupport

/// Scripts of puts, gets and deletes. Each begins and ends with no keys, so that they can be run in any order.
enum KeyScripts {
    static let clean: [Step] = [.run("del --prefix ''")]
    static let formats = ["simple", "fields", "json", "protobuf"]

    static let puts: [Step] =
        clean + [
            .run("put a 1"), .run("get a"), .run("put a 2"), .run("get a -w json"),
            .run("put a 3 --prev-kv"), .run("put fresh 1 --prev-kv"), .run("put a 3"), .run("get a -w fields"),
            .run("put empty ''"), .run("get empty"), .run("get empty -w json"), .run("put empty '' --prev-kv"),
            .run("put 'a key with blanks' 'a value with blanks'"), .run("get 'a key with blanks'"),
            .run("put ключ значение"), .run("get ключ"), .run("get ключ --hex"), .run("put -- -dash -value"),
            .run("get -- -dash"),
            .run("put piped", input: "from a pipe"), .run("get piped"),
            .run("put lines", input: "two\nlines\n"), .run("get lines"), .run("get lines -w json"),
            .run("put '' 1"), .run("put a 4 --ignore-value"), .run("put a --ignore-value"), .run("get a -w json"),
            .run("put nowhere --ignore-value"), .run("put a 5 --ignore-lease"), .run("get a -w json"),
            .run("put nowhere 1 --ignore-lease"), .run("put a 6 --lease=1234abcd"),
            .run("put a 6 --lease=1234abcd --ignore-lease"), .run("put a 7 --ignore-value --ignore-lease"),
            .run("get a -w json"), .run("put"), .run("put a b c d"),
        ]
        + formats.flatMap { format -> [Step] in
            [
                .run("put a new -w \(format)"), .run("put a newer --prev-kv -w \(format)"),
                .run("put unseen 1 --prev-kv -w \(format)"), .run("put '' 1 -w \(format)"),
            ]
        } + clean

    private static let someKeys: [Step] =
        clean + [
            .run("put a/1 one"), .run("put a/2 two"), .run("put a/3 three"), .run("put a/10 ten"), .run("put b/1 x"),
            .run("put b/2 x"), .run("put c z"), .run("put a/2 two again"), .run("put b/1 y"), .run("put b/1 w"),
            .run("put a/1 one again"),
        ]

    static let ranges: [Step] =
        someKeys + [
            .run("get a/1"), .run("get missing"), .run("get a/1 -w fields"), .run("get a/ b/"), .run("get a/2 b/2"),
            .run("get b/2 a/2"), .run("get a/2 a/2"), .run("get --prefix a/"), .run("get --prefix a/1"),
            .run("get --prefix missing"), .run("get --prefix ''"), .run("get --from-key b"), .run("get --from-key ''"),
            .run("get --from-key zzz"), .run("get ''"), .run("get '' zzz"), .run("get --prefix a/ --limit 2"),
            .run("get --prefix a/ --limit 2 -w json"), .run("get --prefix a/ --limit 4 -w json"),
            .run("get --prefix a/ --limit 5 -w fields"), .run("get --from-key a/2 --limit 1 -w json"),
            .run("get --prefix a/ --keys-only"), .run("get --prefix a/ --keys-only -w json"),
            .run("get --prefix a/ --keys-only -w fields"), .run("get --prefix a/ --print-value-only"),
            .run("get --prefix b/ --consistency=s"), .run("get --prefix b/ --consistency=s -w json"),
            .run("get --prefix b/ --consistency=l"), .run("get --prefix b/ --consistency=x"),
            .run("get --prefix b/ --hex"), .run("get a b c"), .run("get"), .run("get --prefix --from-key a"),
            .newer("get --prefix a/ --count-only"), .newer("get --prefix a/ --count-only -w json"),
            .newer("get --prefix a/ --count-only --write-out=fields"),
            .newer("get --prefix missing --count-only -w json"),
            .newer("get --prefix a/ --count-only --limit 2 -w json"),
            .newer("get --from-key '' --count-only -w fields"),
            .newer("get a/1 --count-only -w json"), .newer("get --prefix a/ --keys-only --count-only -w json"),
            .newer("get --prefix a/ --count-only --rev {now-6} -w json"),
        ]
        + formats.flatMap { format -> [Step] in
            [
                .run("get --prefix '' -w \(format)"), .run("get missing -w \(format)"),
                .run("get a/1 -w \(format) --keys-only"), .run("get a/ --from-key --limit 3 -w \(format)"),
            ]
        } + clean

    static let sorts: [Step] =
        someKeys
        + ["CREATE", "KEY", "MODIFY", "VALUE", "VERSION"].flatMap { target -> [Step] in
            [
                .run("get --prefix a/ --sort-by=\(target)"),
                .run("get --prefix a/ --sort-by=\(target) --order=ASCEND -w json"),
                .run("get --prefix a/ --sort-by=\(target) --order=DESCEND -w json"),
                .run("get --prefix a/ --sort-by=\(target) --order=DESCEND --limit=2 -w json"),
                .run("get --prefix b/ --sort-by=\(target) --order=ASCEND --limit=1 --keys-only"),
            ]
        } + [
            .run("get --prefix a/ --order=DESCEND"), .run("get --prefix a/ --order=ASCEND --limit=3"),
            .run("get --prefix a/ --order=SIDEWAYS"), .run("get --prefix a/ --sort-by=COLOUR"),
            .run("get --prefix a/ --sort-by=key --order=descend"),
        ] + clean

    static let history: [Step] =
        someKeys + [
            .run("get a/1 --rev {now}"), .run("get a/1 --rev {now-1}"), .run("get --prefix '' --rev {now-4}"),
            .run("get --prefix '' --rev {now-9} -w json"), .run("get --prefix a/ --rev {now-3} --limit 2 -w json"),
            .run("get a/1 --rev {now+1}"), .run("get a/1 --rev {now+1000}"), .run("get a/1 --rev {now+1} -w json"),
            .run("get a/1 --rev {now+1} --consistency=s"), .run("get a/1 --rev=-5"), .run("get a/1 --rev=0"),
            .run("get a/1 --rev=what"), .run("del a/2"), .run("get a/2 --rev {now}"), .run("get a/2 --rev {now-1}"),
            .run("put a/2 back"), .run("get a/2 -w json"), .run("get a/2 --rev {now-1} -w json"),
            .run("get --prefix a/ --sort-by=VERSION --order=DESCEND --rev {now-3} -w json"),
        ] + clean

    static let deletes: [Step] =
        someKeys + [
            .run("del a/1"), .run("del a/1"), .run("del missing -w json"), .run("del a/2 --prev-kv"),
            .run("del missing --prev-kv"), .run("del a/ b/"), .run("del b/ a/"), .run("get --prefix ''"),
            .run("del --prefix b/ --prev-kv"), .run("del --prefix b/"), .run("del ''"), .run("del"),
            .run("del a b c"), .run("get --prefix '' -w json"), .run("del --from-key c"), .run("get --prefix ''"),
        ] + someKeys.dropFirst() + [.run("del --from-key b --prev-kv -w json"), .run("del --from-key ''")]
        + formats.flatMap { format -> [Step] in
            [
                .run("put x 1"), .run("put y 2"), .run("del --prefix '' --prev-kv -w \(format)"),
                .run("del x -w \(format)"), .run("del '' -w \(format)"),
            ]
        } + clean
}

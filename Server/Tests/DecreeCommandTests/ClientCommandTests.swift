import ArgumentParser
import DecreeEtcd
import Foundation
import Testing

@testable import DecreeCommand

@Suite struct ClientCommandTests {
    private func data(_ text: String) -> Data { Data(text.utf8) }

    // MARK: - endpoints

    @Test("Endpoints are hosts with or without port and scheme, and socket files")
    func endpoints() throws {
        #expect(try Endpoint("10.0.0.1:5").address == .tcp(host: "10.0.0.1", port: 5))
        #expect(try Endpoint("http://a.example:5").address == .tcp(host: "a.example", port: 5))
        #expect(try Endpoint("localhost").address == .tcp(host: "localhost", port: 2379))
        #expect(try Endpoint("[::1]:7").address == .tcp(host: "::1", port: 7))
        #expect(try Endpoint("[::1]").address == .tcp(host: "::1", port: 2379))
        #expect(try Endpoint("unix:///tmp/x").address == .unix(path: "/tmp/x"))
        for text in ["https://a:1", "a:b", ":1", "a:0", "http://a:1/x", ""] {
            let failure = #expect(throws: ClientFailure.self) { try Endpoint(text) }
            #expect(failure?.code == .usage)
        }
    }

    @Test("The endpoints of the command line come before those of the environment")
    func whichEndpoints() throws {
        let environment = ["ETCDCTL_ENDPOINTS": "b:1,c:1"]
        let given = try GetCommand.parse(["k", "--endpoints", "a:1"])
        #expect(try given.connection.resolvedEndpoints(environment: environment).map(\.description) == ["a:1"])
        let bare = try GetCommand.parse(["k"])
        #expect(try bare.connection.resolvedEndpoints(environment: environment).map(\.description) == ["b:1", "c:1"])
        #expect(
            try bare.connection.resolvedEndpoints(environment: [:]).map(\.description) == ["127.0.0.1:2379"])
    }

    // MARK: - get, put, del

    @Test("get names a key, a range, a prefix or everything from a key on")
    func getRanges() throws {
        let cases: [([String], String, [UInt8])] = [
            (["k"], "k", []), (["a", "c"], "a", Array("c".utf8)), (["ab", "--prefix"], "ab", Array("ac".utf8)),
            (["k", "--from-key"], "k", [0]), (["", "--prefix"], "\0", [0]), (["", "--from-key"], "\0", [0]),
        ]
        for (arguments, key, end) in cases {
            let request = try GetCommand.parse(arguments).request
            #expect(request.key == data(key) && request.rangeEnd == Data(end), "\(arguments)")
        }
        #expect(KeyArguments.end(ofPrefix: Data([1, 0xFF])) == Data([2]))
        #expect(KeyArguments.end(ofPrefix: Data([0xFF])) == Data([0]))
    }

    @Test("Keys that are no text are given as hexadecimal digits")
    func hexadecimalKeys() throws {
        let get = try GetCommand.parse(["--hex", "00FF", "ff"]).request
        #expect(get.key == Data([0, 0xFF]) && get.rangeEnd == Data([0xFF]))
        #expect(try GetCommand.parse(["--hex", "ff", "--prefix"]).request.rangeEnd == Data([0]))
        #expect(try DeleteCommand.parse(["--hex", "0a"]).request.key == Data([10]))
        #expect(try PutCommand.parse(["--hex", "0a", "0a"]).request { Data() }.value == data("0a"))
        #expect(try PutCommand.parse(["--hex", "0a"]).request { Data() }.key == Data([10]))
        for text in ["f", "fg", "0x", "é"] {
            #expect(throws: (any Error).self) { try GetCommand.parse(["--hex", text]) }
            #expect(throws: (any Error).self) { try PutCommand.parse(["--hex", text, "v"]) }
        }
    }

    @Test("get passes on what it was told about limits, revisions and order")
    func getOptions() throws {
        let request = try GetCommand.parse([
            "k", "--limit", "3", "--rev", "9", "--sort-by", "mod", "--order", "descend", "--keys-only",
            "--serializable",
        ]).request
        #expect(request.limit == 3 && request.revision == 9)
        #expect(request.sortTarget == .mod && request.sortOrder == .descend)
        #expect(request.keysOnly && request.serializable && !request.countOnly)
    }

    @Test("What contradicts itself is refused")
    func contradictions() {
        #expect(throws: (any Error).self) { try GetCommand.parse(["a", "b", "--prefix"]) }
        #expect(throws: (any Error).self) { try GetCommand.parse(["a", "--prefix", "--from-key"]) }
        #expect(throws: (any Error).self) { try GetCommand.parse(["a", "--keys-only", "--count-only"]) }
        #expect(throws: (any Error).self) { try PutCommand.parse(["a", "b", "--ignore-value"]) }
        #expect(throws: (any Error).self) { try PutCommand.parse(["a", "b", "--lease", "xyz"]) }
        #expect(throws: (any Error).self) { try GetCommand.parse(["a", "--timeout", "0"]) }
    }

    @Test("put takes its value from the command line or from standard input")
    func putValues() throws {
        #expect(try PutCommand.parse(["k", "v"]).request { data("input") }.value == data("v"))
        #expect(try PutCommand.parse(["k"]).request { data("input") }.value == data("input"))
        #expect(try PutCommand.parse(["k", "--ignore-value"]).request { data("input") }.value.isEmpty)
        let request = try PutCommand.parse(["k", "v", "--lease", "ff", "--prev-kv", "--ignore-lease"]).request {
            Data()
        }
        #expect(request.lease == 255 && request.prevKv && request.ignoreLease)
    }

    @Test("del names keys as get does")
    func deletions() throws {
        let request = try DeleteCommand.parse(["ab", "--prefix", "--prev-kv"]).request
        #expect(request.key == data("ab") && request.rangeEnd == data("ac") && request.prevKv)
    }

    // MARK: - txn

    @Test("A transaction has comparisons, and operations for either outcome")
    func transaction() throws {
        let request = try TxnScript.parse(
            """
            mod("key1") > "0"
            value("key 2") != "a b"

            put key1 "over \\"written\\""
            get key1 --prefix

            del key1 --from-key
            put key3 ""
            """)
        #expect(request.compare.count == 2 && request.success.count == 2 && request.failure.count == 2)
        #expect(request.compare[0].target == .mod && request.compare[0].modRevision == 0)
        #expect(request.compare[0].result == .greater && request.compare[0].key == data("key1"))
        #expect(request.compare[1].key == data("key 2") && request.compare[1].value == data("a b"))
        #expect(request.success[0].requestPut.value == data("over \"written\""))
        #expect(request.success[1].requestRange.rangeEnd == data("key2"))
        #expect(request.failure[0].requestDeleteRange.rangeEnd == Data([0]))
        #expect(request.failure[1].requestPut.key == data("key3") && request.failure[1].requestPut.value.isEmpty)
    }

    @Test("A transaction may have the line breaks of Windows")
    func windowsLines() throws {
        let lines = ["mod(k) = 0", "", "put k v", "get k", "", "del k"]
        let request = try TxnScript.parse(lines.joined(separator: "\r\n") + "\r\n")
        #expect(try request == TxnScript.parse(lines.joined(separator: "\n")))
        #expect(request.compare.count == 1 && request.success.count == 2 && request.failure.count == 1)
    }

    @Test("Every target and every relation can be compared")
    func comparisons() throws {
        #expect(try TxnScript.compare("ver(\"k\") = \"7\"").version == 7)
        #expect(try TxnScript.compare("create(k) < 7").createRevision == 7)
        #expect(try TxnScript.compare("c(k) < 7").result == .less)
        #expect(try TxnScript.compare("lease(k) == ff").lease == 255)
        #expect(try TxnScript.compare("val(\"a)b\") = x").key == data("a)b"))
    }

    @Test(
        "What is no transaction is refused with its line",
        arguments: [
            "mod(k) = x", "mod(k", "mod k = 1", "size(k) = 1", "mod(k) ~ 1", "\nget", "\nput k", "\nfetch k",
            "\nput k \"v", "\n\n\nget k",
        ])
    func badTransactions(text: String) {
        let failure = #expect(throws: ClientFailure.self) { try TxnScript.parse(text) }
        #expect(failure?.code == .usage)
        #expect(failure?.description.hasPrefix("line ") == true, "\(String(describing: failure))")
    }

    @Test("The answer to a transaction says which branch ran and what it yielded")
    func transactionText() {
        let response = EtcdTxnResponse.with {
            $0.succeeded = true
            $0.responses = [
                .with { $0.responsePut = EtcdPutResponse() },
                .with { $0.responseDeleteRange = .with { $0.deleted = 2 } },
                .with { $0.responseRange = .with { $0.count = 4 } },
            ]
        }
        #expect(TxnCommand.text(response) == "SUCCESS\nOK\n2 deleted\n4 keys\n")
    }

    // MARK: - output

    @Test("Columns are aligned and lines have no blanks at their end")
    func tables() {
        var table = Table(["A", "LONG", "C"])
        table.add(["xyz", "1", ""])
        #expect(table.text == "A    LONG  C\nxyz  1\n")
    }

    @Test("Bytes that a terminal should not see are written as numbers")
    func printable() {
        #expect(Printable.text(Array("grün".utf8)) == "grün")
        #expect(Printable.text([0x61, 0, 0xFF, 0x5C]) == "a\\x00\\xff\\x5c")
        #expect(Printable.text(Array("a\u{1B}[0m".utf8)) == "a\\x1b[0m")
        #expect(Printable.size(500) == "500 B" && Printable.size(1536) == "1.5 KiB")
        #expect(Printable.size(3 << 30) == "3.0 GiB")
    }

    @Test("Keys, members and states are shown in tables")
    func rows() throws {
        let kv = MVCCKeyValue.with {
            $0.key = data("k")
            $0.value = data("v")
            $0.version = 1
            $0.createRevision = 2
            $0.modRevision = 3
        }
        #expect(
            Output.table([kv]) == "KEY  VALUE  VERSION  CREATED  MODIFIED  LEASE\nk    v      1        2        3\n")
        let members = EtcdMemberListResponse.with { $0.members = [.with { $0.id = 255 }] }
        #expect(MembersCommand.table(members).contains("ff  unstarted"))
        let status = EtcdStatusResponse.with {
            $0.header.memberID = 255
            $0.leader = 255
            $0.errors = ["memberID:255 alarm:NOSPACE "]
        }
        let row = StatusCommand.row(try Endpoint("a:1"), status)
        #expect(row[1] == "ff" && row[4] == "this one" && row[9] == "memberID:255 alarm:NOSPACE")
    }

    @Test("The commands are found by their names, and serve takes etcd's flags as they are")
    func commandTree() throws {
        let serve = try #require(try Program.parseAsRoot(["serve", "-name", "a", "--help"]) as? ServeCommand)
        #expect(serve.arguments == ["-name", "a", "--help"])
        #expect(try Program.parseAsRoot(["del", "k"]) is DeleteCommand)
        #expect(try Program.parseAsRoot(["members", "--json"]) is MembersCommand)
    }
}

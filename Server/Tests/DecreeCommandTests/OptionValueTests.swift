import Testing

@testable import DecreeCommand

@Suite struct OptionValueTests {
    @Test("Flags that are true or false take Go's words for it and no other")
    func bools() {
        for text in ["1", "t", "T", "true", "TRUE", "True"] { #expect(GoValues.bool(text) == true) }
        for text in ["0", "f", "F", "false", "FALSE", "False"] { #expect(GoValues.bool(text) == false) }
        for text in ["", "yes", "tRUE", "2"] { #expect(GoValues.bool(text) == nil) }
    }

    @Test("Numbers are decimal or have a prefix")
    func integers() {
        #expect(GoValues.integer("42") == 42)
        #expect(GoValues.integer("-7") == -7)
        #expect(GoValues.integer("+7") == 7)
        #expect(GoValues.integer("0x10") == 16)
        #expect(GoValues.integer("0b101") == 5)
        #expect(GoValues.integer("0144") == 100)
        #expect(GoValues.integer("0o144") == 100)
        #expect(GoValues.integer("0") == 0)
        #expect(GoValues.integer("-0") == 0)
        #expect(GoValues.integer("2_000_000_000") == 2_000_000_000)
        #expect(GoValues.integer("0x_FF") == 255)
        #expect(GoValues.integer("0_7") == 7)
        let malformed = [
            "", "-", "--1", "1.5", "1s", "0x", "9223372036854775808", "+-1", "089", "_1", "1_", "1__2", "0x1_", "100.0",
        ]
        for text in malformed {
            #expect(GoValues.integer(text) == nil, "\(text)")
        }
    }

    @Test("Durations are written as in Go")
    func durations() {
        #expect(GoValues.duration("300ms") == .milliseconds(300))
        #expect(GoValues.duration("1h30m") == .seconds(5400))
        #expect(GoValues.duration("1.5s") == .milliseconds(1500))
        #expect(GoValues.duration("-2s") == .seconds(-2))
        #expect(GoValues.duration("10us") == .microseconds(10))
        #expect(GoValues.duration("10µs") == .microseconds(10))
        #expect(GoValues.duration("0") == .zero)
        #expect(GoValues.duration("100ns") == .nanoseconds(100))
        for text in ["", "5", "s", "1x", "1 s", "-", "1h30", "1e3s", "300000h", "100000000000h"] {
            #expect((GoValues.duration(text) == nil) == (text != "300000h"), "\(text)")
        }
    }

    @Test("URLs have a scheme, a host and a port and no path")
    func urls() throws {
        let url = try ServeURL(" http://10.0.0.1:2379 ")
        #expect(url.scheme == .http && url.host == "10.0.0.1" && url.port == 2379)
        #expect(url.description == "http://10.0.0.1:2379")
        #expect(try ServeURL("http://[::1]:80").host == "::1")
        #expect(try ServeURL("unix:///tmp/x.sock").path == "/tmp/x.sock")
        let flaws = [
            "ftp://a:1": "URL scheme must be http, https, unix, or unixs: ftp://a:1",
            "localhost:2379": "URL scheme must be http, https, unix, or unixs: localhost:2379",
            "http://localhost": "URL address does not have the form \"host:port\": http://localhost",
            "http://a:b": "URL address does not have the form \"host:port\": http://a:b",
            "http://::1:80": "URL address does not have the form \"host:port\": http://::1:80",
            "http://a:70000": "URL address does not have the form \"host:port\": http://a:70000",
            "http://a:1/": "URL must not contain a path: http://a:1/",
        ]
        for (text, expected) in flaws {
            let flaw = #expect(throws: ServeURL.Flaw.self) { try ServeURL(text) }
            #expect(flaw?.description == expected)
        }
    }

    @Test("A list of URLs is sorted and has each once")
    func urlLists() throws {
        #expect(
            try ServeURL.list("http://b:1,http://a:1, http://b:1").map(\.description) == ["http://a:1", "http://b:1"])
        #expect(throws: ServeURL.Flaw.self) { try ServeURL.list("") }
    }

    @Test("Only IP addresses and localhost can be bound to")
    func addresses() {
        let good = ["127.0.0.1", "0.0.0.0", "::", "::1", "fe80::1%eth0", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1", "1::"]
        for host in good { #expect(ServeURL.isAddress(host), "\(host)") }
        let bad = [
            "", "localhost", "example.com", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", ":", ":::", "1::2::3",
            "12345::", "1:2:3:4:5:6:7", "g::",
        ]
        for host in bad { #expect(!ServeURL.isAddress(host), "\(host)") }
    }

    @Test("A mistyped name finds what was meant, and a strange one finds nothing")
    func suggestions() {
        #expect(Suggestion.nearest(to: "listen-client-url", among: ServeOptionTable.shownNames) == "listen-client-urls")
        #expect(Suggestion.nearest(to: "dat-dir", among: ServeOptionTable.shownNames) == "data-dir")
        #expect(Suggestion.nearest(to: "colour", among: ["data-dir", "name"]) == nil)
        #expect(Suggestion.distance("kitten", "sitting") == 3)
    }

    @Test("What an address serves is named as it is")
    func traffic() {
        #expect(ServerProcess.traffic([.grpc, .http]) == "grpc+http")
        #expect(ServerProcess.traffic(.grpc) == "grpc" && ServerProcess.traffic(.http) == "http")
    }

    @Test("Keepalive times become whole seconds, and zero becomes never")
    func keepaliveTimes() {
        #expect(Server.wholeSeconds(.zero) == Int.max)
        #expect(Server.wholeSeconds(.milliseconds(300)) == 1)
        #expect(Server.wholeSeconds(.seconds(7_200)) == 7_200)
    }
}

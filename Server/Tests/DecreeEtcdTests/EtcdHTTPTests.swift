import Testing

@testable import DecreeEtcd

@Suite struct EtcdHTTPTests {
    private let well = EtcdHTTP.Report(hasLeader: true)

    private func body(_ answer: EtcdHTTP.Answer) -> String { String(decoding: answer.body, as: UTF8.self) }

    @Test("A healthy member says so with strings for values")
    func healthy() {
        let answer = EtcdHTTP.health(well, excluded: [], serializable: false)
        #expect(answer.code == 200)
        #expect(body(answer) == #"{"health":"true","reason":""}"#)
    }

    @Test("An alarm fails health unless it is excluded by name")
    func alarms() {
        let report = EtcdHTTP.Report(alarms: [.noSpace], hasLeader: true)
        let answer = EtcdHTTP.health(report, excluded: [], serializable: false)
        #expect(answer.code == 503)
        #expect(body(answer) == #"{"health":"false","reason":"ALARM NOSPACE"}"# + "\n")
        #expect(EtcdHTTP.health(report, excluded: ["NOSPACE"], serializable: false).code == 200)
        #expect(EtcdHTTP.health(report, excluded: ["CORRUPT"], serializable: false).code == 503)
    }

    @Test("A member without a leader is healthy only for serializable reads")
    func noLeader() {
        let report = EtcdHTTP.Report(hasLeader: false, linearizableReadError: "etcdserver: no leader")
        #expect(body(EtcdHTTP.health(report, excluded: [], serializable: false)).contains("RAFT NO LEADER"))
        #expect(EtcdHTTP.health(report, excluded: [], serializable: true).code == 200)
    }

    @Test("A read that fails is the reason, with quotes escaped")
    func readFails() {
        let report = EtcdHTTP.Report(hasLeader: true, linearizableReadError: "a \"b\"\n")
        #expect(
            body(EtcdHTTP.health(report, excluded: [], serializable: false))
                == #"{"health":"false","reason":"RANGE ERROR:a \"b\"\n"}"# + "\n")
    }

    @Test("The version names etcd's levels and our own")
    func version() {
        #expect(
            body(EtcdHTTP.version(clusterIsFormed: true))
                == #"{"etcdserver":"3.6.14","etcdcluster":"3.6.0","storage":"3.6.0","decree":"\#(Versions.decree)"}"#)
        #expect(
            body(EtcdHTTP.version(clusterIsFormed: false)).contains(#""etcdcluster":"not_decided","storage":"unknown""#)
        )
    }

    @Test("livez and readyz answer ok, and their checks when asked to be verbose")
    func checks() {
        #expect(body(EtcdHTTP.live(well, check: nil, excluded: [], isVerbose: false)) == "ok\n")
        #expect(
            body(EtcdHTTP.ready(well, check: nil, excluded: ["non_learner"], isVerbose: true))
                == "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\nok\n")
    }

    @Test("readyz names the check that fails and passes when that is excluded")
    func failingCheck() {
        let report = EtcdHTTP.Report(hasLeader: false, linearizableReadError: "etcdserver: no leader")
        let answer = EtcdHTTP.ready(report, check: nil, excluded: [], isVerbose: false)
        #expect(answer.code == 503)
        #expect(body(answer).contains("[-]linearizable_read failed: range error: etcdserver: no leader\n"))
        #expect(EtcdHTTP.ready(report, check: nil, excluded: ["linearizable_read"], isVerbose: false).code == 200)
        #expect(EtcdHTTP.ready(report, check: "linearizable_read", excluded: [], isVerbose: false).code == 503)
        #expect(EtcdHTTP.ready(report, check: "serializable_read", excluded: [], isVerbose: false).code == 200)
        #expect(EtcdHTTP.live(report, check: nil, excluded: [], isVerbose: false).code == 200)
        #expect(EtcdHTTP.live(report, check: "what", excluded: [], isVerbose: false).code == 404)
    }

    @Test("A used-up quota does not fail readyz, a corrupt state does")
    func alarmsAndReadiness() {
        let full = EtcdHTTP.Report(alarms: [.noSpace], hasLeader: true)
        #expect(EtcdHTTP.ready(full, check: nil, excluded: [], isVerbose: false).code == 200)
        let corrupt = EtcdHTTP.Report(alarms: [.corrupt], hasLeader: true)
        #expect(EtcdHTTP.ready(corrupt, check: nil, excluded: [], isVerbose: false).code == 503)
    }

    @Test("Targets are understood with their parameters")
    func targets() {
        typealias Request = EtcdHTTP.Request
        #expect(Request(target: "/health") == .health(excluded: [], serializable: false))
        #expect(
            Request(target: "/health?exclude=NOSPACE&serializable=true&exclude=COR%52UPT")
                == .health(excluded: ["NOSPACE", "CORRUPT"], serializable: true))
        #expect(Request(target: "/version") == .version)
        #expect(Request(target: "/metrics") == .metrics)
        #expect(Request(target: "/livez?verbose") == .live(check: nil, excluded: [], isVerbose: true))
        #expect(
            Request(target: "/readyz/non_learner?exclude=")
                == .ready(check: "non_learner", excluded: [], isVerbose: false))
        for target in ["/", "", "/healthz", "/health/x", "/readyz/a/b", "/v3/kv/range"] {
            #expect(Request(target: target) == nil)
        }
    }

    @Test("An escape at the very end counts, one that is cut stays as it is")
    func escapedEnd() {
        for (text, name) in [("NOSPAC%45", "NOSPACE"), ("A%4", "A%4"), ("A%", "A%"), ("A+%2B", "A +")] {
            let request = EtcdHTTP.Request(target: "/health?exclude=\(text)")
            #expect(request == .health(excluded: [name], serializable: false))
        }
    }

    @Test("Only what promises a linearizable answer needs a linearizable read")
    func linearizableReads() throws {
        let needs = ["/health", "/readyz", "/readyz/linearizable_read"]
        let needsNone = [
            "/health?serializable=true", "/livez", "/readyz/non_learner", "/readyz?exclude=linearizable_read",
        ]
        for target in needs { #expect(try #require(EtcdHTTP.Request(target: target)).needsLinearizableRead) }
        for target in needsNone { #expect(try !#require(EtcdHTTP.Request(target: target)).needsLinearizableRead) }
    }
}

import Testing

@testable import DecreeCommand

@Suite struct ServeOptionTests {
    private func resolve(
        _ arguments: [String], environment: [String: String] = [:], file: String? = nil, begun: String? = nil
    ) throws(ServeRefusal) -> ServeOptions {
        let invocation = try ServeInvocation.resolve(
            arguments, environment: environment, readFile: { $0 == "decree.yml" ? file : nil },
            isBegun: { $0 == begun })
        guard case .run(let options) = invocation else { throw ServeRefusal(.badFlag, "shows something instead") }
        return options
    }

    private func refusal(
        _ arguments: [String], environment: [String: String] = [:], file: String? = nil
    ) -> ServeRefusal? {
        #expect(throws: ServeRefusal.self) { try resolve(arguments, environment: environment, file: file) }
    }

    // MARK: - the table

    @Test("No two options share a name, and every standard value has the form of its kind")
    func table() {
        let names = ServeOptionTable.all.flatMap { [$0.name] + $0.formerNames }
        #expect(Set(names).count == names.count)
        for option in ServeOptionTable.all {
            #expect(option.flaw(of: option.standard) == nil, "\(option.name)")
            #expect(!option.help.isEmpty && option.help.hasSuffix("."), "\(option.name)")
        }
    }

    @Test("The options of TLS stand in maps of their own in the configuration file")
    func tlsKeys() {
        #expect(ServeOptionTable.option("peer-cert-file").configPath == ["peer-transport-security", "cert-file"])
        #expect(ServeOptionTable.option("auto-tls").configPath == ["client-transport-security", "auto-tls"])
    }

    @Test("The help shows every option of every topic")
    func help() {
        for option in ServeOptionTable.all where option.topic != .legacy {
            #expect(ServeHelp.text.contains("  --\(option.name)"))
        }
        #expect(!ServeHelp.text.contains("--vv"))
        #expect(ServeHelp.text.split(separator: "\n").allSatisfy { $0.count <= 120 })
    }

    @Test("The first line of the version is what scripts look at")
    func version() throws {
        for argument in ["--version", "-version", "--version=true"] {
            guard
                case .show(let text) = try ServeInvocation.resolve([argument], environment: [:], readFile: { _ in nil })
            else {
                Issue.record("\(argument) shows nothing")
                continue
            }
            #expect(text.split(separator: "\n").first == "etcd Version: 3.6.14")
        }
    }

    @Test("Help comes before anything else is looked at", arguments: ["--help", "-h", "-help"])
    func helpFlags(argument: String) throws {
        guard
            case .show(let text) = try ServeInvocation.resolve(
                [argument, "--nonsense"], environment: ["ETCD_NAME": "x"], readFile: { _ in nil })
        else {
            Issue.record("shows nothing")
            return
        }
        #expect(text == ServeHelp.text)
    }

    // MARK: - standard values

    @Test("Without any flag it is one member named default with its data beside it")
    func standard() throws {
        let options = try resolve([])
        #expect(options.name == "default" && options.dataDirectory == "default.decree")
        #expect(options.listenClientURLs.map(\.description) == ["http://localhost:2379"])
        #expect(options.advertiseClientURLs == options.listenClientURLs)
        #expect(options.initialCluster == [InitialMember(name: "default", urls: options.advertisePeerURLs)])
        #expect(options.initialClusterToken == "etcd-cluster")
        #expect(options.heartbeatMilliseconds == nil && options.electionTimeoutMilliseconds == nil)
        #expect(options.maximumRequestBytes == 1_572_864 && options.maximumOperations == 128)
        #expect(options.keepaliveInterval == .seconds(7200))
        #expect(options.quotaBytes == 2_147_483_648 && options.autoCompaction == .off)
        #expect(options.logLevel == "info" && options.logFormat == .json && options.logOutputs == ["default"])
        #expect(options.syncsToDisk)
        #expect(options.warnings.isEmpty && options.notes.isEmpty)
    }

    @Test("The data folder and the list of members follow the name")
    func named() throws {
        let options = try resolve(["--name", "a", "--initial-advertise-peer-urls", "http://10.0.0.1:2380"])
        #expect(options.dataDirectory == "a.decree")
        #expect(options.initialCluster.map(\.name) == ["a"])
        #expect(options.initialCluster[0].urls.map(\.description) == ["http://10.0.0.1:2380"])
        #expect(try resolve(["--name=a", "--data-dir=/x"]).dataDirectory == "/x")
    }

    // MARK: - flags

    @Test("A flag may have one dash or two, and its value behind = or a blank")
    func forms() throws {
        for arguments in [["--name", "a"], ["--name=a"], ["-name", "a"], ["-name=a"]] {
            #expect(try resolve(arguments).name == "a")
        }
        #expect(try resolve(["--name=a=b"]).name == "a=b")
        #expect(try resolve(["--name", "a", "--name", "b"]).name == "b")
    }

    @Test("A flag that is true or false stands alone or has its value behind =")
    func bools() throws {
        #expect(try !resolve(["--unsafe-no-fsync"]).syncsToDisk)
        #expect(try !resolve(["--unsafe-no-fsync=true"]).syncsToDisk)
        #expect(try resolve(["--unsafe-no-fsync=false"]).syncsToDisk)
        #expect(
            refusal(["--unsafe-no-fsync=maybe"])
                == ServeRefusal(.badFlag, "invalid boolean value \"maybe\" for -unsafe-no-fsync: parse error"))
        #expect(refusal(["--unsafe-no-fsync", "false"]) == ServeRefusal(.badFlag, "\"false\" is not a valid flag"))
    }

    @Test("An unknown flag is refused, and the nearest known one named")
    func unknownFlags() {
        #expect(
            refusal(["--listen-client-url=x"])
                == ServeRefusal(
                    .badFlag,
                    "flag provided but not defined: -listen-client-url; did you mean --listen-client-urls?"))
        #expect(refusal(["--colour"]) == ServeRefusal(.badFlag, "flag provided but not defined: -colour"))
    }

    @Test("What is no flag, or lacks its value, or has a malformed one, is refused with the code of flags")
    func malformedFlags() {
        #expect(refusal(["now"]) == ServeRefusal(.badFlag, "\"now\" is not a valid flag"))
        #expect(refusal(["--", "now"]) == ServeRefusal(.badFlag, "\"now\" is not a valid flag"))
        #expect(refusal(["--name"]) == ServeRefusal(.badFlag, "flag needs an argument: -name"))
        #expect(refusal(["---name"]) == ServeRefusal(.badFlag, "bad flag syntax: ---name"))
        #expect(
            refusal(["--max-txn-ops=many"])
                == ServeRefusal(.badFlag, "invalid value \"many\" for flag -max-txn-ops: parse error"))
        #expect(
            refusal(["--watch-progress-notify-interval", "5"])
                == ServeRefusal(
                    .badFlag, "invalid value \"5\" for flag -watch-progress-notify-interval: parse error"))
        #expect(refusal(["--initial-cluster-state=old"])?.code == .badFlag)
        #expect(refusal(["--listen-peer-urls=localhost:2380"])?.code == .badFlag)
    }

    @Test("Names of etcd 3.5 still work, with a warning")
    func formerNames() throws {
        let options = try resolve(["--experimental-watch-progress-notify-interval=5s"])
        #expect(options.notes == ["--watch-progress-notify-interval has no effect: there are no watches yet"])
        #expect(
            options.warnings == [
                "--experimental-watch-progress-notify-interval is deprecated: use --watch-progress-notify-interval instead"
            ])
    }

    // MARK: - environment

    @Test("A variable sets what no flag sets")
    func environment() throws {
        let options = try resolve(
            ["--name=a"],
            environment: ["ETCD_DATA_DIR": "/d", "ETCD_MAX_TXN_OPS": "5", "OTHER": "x", "ETCD_METRICS": ""])
        #expect(options.name == "a" && options.dataDirectory == "/d" && options.maximumOperations == 5)
        #expect(options.warnings.isEmpty)
    }

    @Test("A flag and its variable together are fatal")
    func conflict() {
        let refused = refusal(["--name=a"], environment: ["ETCD_NAME": "a"])
        #expect(refused?.code == .badConfiguration)
        #expect(
            refused?.description
                == "conflicting environment variable is shadowed by corresponding command-line flag (either unset "
                + "environment variable or disable flag)): ETCD_NAME")
    }

    @Test("A variable that is no option is warned about; etcdctl's are not ours")
    func unknownVariables() throws {
        let options = try resolve([], environment: ["ETCD_NAMES": "x", "ETCDCTL_API": "3"])
        #expect(options.warnings == ["unrecognized environment variable ETCD_NAMES=x; did you mean ETCD_NAME?"])
    }

    @Test("A malformed variable is refused by its name")
    func malformedVariable() {
        #expect(
            refusal([], environment: ["ETCD_MAX_TXN_OPS": "x"])
                == ServeRefusal(.badConfiguration, "invalid value \"x\" for ETCD_MAX_TXN_OPS: parse error"))
    }

    // MARK: - configuration file

    @Test("With a configuration file all other flags and variables are ignored")
    func filePrecedence() throws {
        let file = "name: f\nmax-txn-ops: 7\n"
        let options = try resolve(
            ["--name=a", "--config-file=decree.yml", "--data-dir=/x"],
            environment: ["ETCD_NAME": "e", "ETCD_TLS": "?"], file: file)
        #expect(options.name == "f" && options.maximumOperations == 7 && options.dataDirectory == "f.decree")
        #expect(options.warnings.isEmpty && options.notes.count == 1)
        #expect(try resolve([], environment: ["ETCD_CONFIG_FILE": "decree.yml"], file: file).name == "f")
    }

    @Test("A configuration file may be JSON, leave values empty and have lists and bare nanoseconds")
    func fileForms() throws {
        let json = #"{"name": "j", "log-outputs": ["stderr", "x.log"], "unsafe-no-fsync": true}"#
        let fromJSON = try resolve(["--config-file=decree.yml"], file: json)
        #expect(fromJSON.name == "j" && fromJSON.logOutputs == ["stderr", "x.log"] && !fromJSON.syncsToDisk)
        let yaml = """
            # A comment.
            name: 'y'
            data-dir:
            grpc-keepalive-interval: 5000000000
            grpc-keepalive-timeout: 3s
            listen-client-urls: http://127.0.0.1:1,http://127.0.0.1:2
            advertise-client-urls: http://127.0.0.1:1
            peer-transport-security:
              cert-file:
              client-cert-auth: false
            """
        let fromYAML = try resolve(["--config-file=decree.yml"], file: yaml)
        #expect(fromYAML.dataDirectory == "y.decree" && fromYAML.listenClientURLs.count == 2)
        #expect(fromYAML.keepaliveInterval == .seconds(5) && fromYAML.keepaliveTimeout == .seconds(3))
    }

    @Test("Unknown keys of the configuration file are warned about")
    func unknownKeys() throws {
        let options = try resolve(["--config-file=decree.yml"], file: "data-dri: /x\n")
        #expect(options.warnings == ["unknown option in the configuration file: data-dri; did you mean data-dir?"])
    }

    @Test("A configuration file that is missing, malformed or asks for TLS is refused")
    func badFiles() {
        #expect(
            refusal(["--config-file=none.yml"])
                == ServeRefusal(.badConfiguration, "the configuration file none.yml cannot be read"))
        #expect(refusal(["--config-file=decree.yml"], file: "a: [")?.code == .badConfiguration)
        #expect(refusal(["--config-file=decree.yml"], file: "- a\n")?.code == .badConfiguration)
        #expect(refusal(["--config-file=decree.yml"], file: "max-txn-ops: x")?.code == .badConfiguration)
        #expect(
            refusal(["--config-file=decree.yml"], file: "client-transport-security:\n  cert-file: /c")?.description
                .hasPrefix("--cert-file: TLS") == true)
    }

    // MARK: - rules between options

    @Test("Listening for clients elsewhere needs an address to advertise")
    func advertise() throws {
        #expect(
            refusal(["--listen-client-urls=http://127.0.0.1:1"])
                == ServeRefusal(
                    .badConfiguration,
                    "--advertise-client-urls is required when --listen-client-urls is set explicitly"))
        _ = try resolve(["--listen-client-urls=http://0.0.0.0:1", "--advertise-client-urls=http://a.example:1"])
        #expect(
            refusal(["--advertise-client-urls=http://:1"])?.description.contains("(unexpected empty host (http://:1))")
                == true)
        #expect(
            refusal(["--initial-advertise-peer-urls=http://:1"])?.description
                == "--initial-advertise-peer-urls \"http://:1\" must be \"host:port\" (unexpected empty host (http://:1))"
        )
    }

    @Test(
        "Only addresses can be listened on",
        arguments: ["listen-peer-urls", "listen-client-urls", "listen-client-http-urls", "listen-metrics-urls"])
    func binding(name: String) {
        #expect(
            refusal(["--\(name)=http://example.com:2379", "--advertise-client-urls=http://x:1"])
                == ServeRefusal(.badConfiguration, "expected IP in URL for binding (http://example.com:2379)"))
        #expect(
            refusal(["--\(name)=https://127.0.0.1:2379", "--advertise-client-urls=http://x:1"])?.description
                .contains("TLS cannot be served by this version") == true)
    }

    @Test("Clients may be awaited on a socket file, peers may not")
    func sockets() throws {
        let options = try resolve([
            "--listen-client-urls=unix:///tmp/d.sock", "--advertise-client-urls=unix:///tmp/d.sock",
        ])
        #expect(options.listenClientURLs.map(\.path) == ["/tmp/d.sock"])
        #expect(refusal(["--listen-peer-urls=unix:///tmp/d.sock"])?.code == .badConfiguration)
    }

    @Test("The members of a cluster are read by name")
    func cluster() throws {
        let options = try resolve([
            "--name=b", "--initial-advertise-peer-urls=http://b:2,http://b:1",
            "--initial-cluster=c=http://c:1,b=http://b:1,a=http://a:1,b=http://b:2",
        ])
        #expect(options.initialCluster.map(\.name) == ["a", "b", "c"])
        #expect(options.initialCluster[1].urls.map(\.description) == ["http://b:1", "http://b:2"])
    }

    @Test("A list of members that does not fit is refused in etcd's words")
    func badCluster() {
        let advertised = "--initial-advertise-peer-urls=http://a:1"
        let cases: [([String], String)] = [
            (
                ["--initial-cluster=a=http://a:1"],
                "couldn't find local member \"default\" in the initial cluster configuration"
            ),
            (
                ["--name=a", advertised, "--initial-cluster=a=http://a:2"],
                "--initial-cluster has a=http://a:2 but missing from --initial-advertise-peer-urls=http://a:1"
            ),
            (
                ["--name=a", "\(advertised),http://a:2", "--initial-cluster=a=http://a:1"],
                "--initial-advertise-peer-urls has http://a:2 but missing from --initial-cluster=a=http://a:1"
            ),
            (
                ["--name=a", advertised, "--initial-cluster=a=http://a:1,b=http://a:1"],
                "initial cluster a=http://a:1,b=http://a:1 has duplicate url"
            ),
            (["--name=a", "--initial-cluster=a"], "empty URL given for \"a\""),
            (
                ["--name=a", "--initial-cluster=a=a:1"],
                "error setting up initial cluster: URL scheme must be http, https, unix, or unixs: a:1"
            ),
        ]
        for (arguments, text) in cases { #expect(refusal(arguments) == ServeRefusal(.badConfiguration, text)) }
    }

    @Test("The election timeout is at least five heartbeats and at most 50 seconds")
    func times() throws {
        let cases = [
            (["--heartbeat-interval=0"], "--heartbeat-interval must be >0 (set to 0ms)"),
            (["--election-timeout=0"], "--election-timeout must be >0 (set to 0ms)"),
            (
                ["--election-timeout=400"],
                "--election-timeout[400ms] should be at least as 5 times as --heartbeat-interval[100ms]"
            ),
            (
                ["--election-timeout=50001"],
                "--election-timeout[50001ms] is too long, and should be set less than 50000ms"
            ),
        ]
        for (arguments, text) in cases { #expect(refusal(arguments) == ServeRefusal(.badConfiguration, text)) }
        #expect(try resolve(["--heartbeat-interval=150"]).electionTimeoutMilliseconds == 1000)
        #expect(try resolve([]).electionTimeoutMilliseconds == nil)
        #expect(ServeHelp.text.contains("--election-timeout <number> (400)"))
        let options = try resolve(["--heartbeat-interval=50", "--election-timeout=250"])
        #expect(options.heartbeatMilliseconds == 50 && options.electionTimeoutMilliseconds == 250)
    }

    @Test("Once the data folder knows the cluster, a list that makes no sense is ignored with a warning")
    func begun() throws {
        let arguments = ["--name=a", "--data-dir=/data", "--initial-cluster=b=http://b:1"]
        #expect(refusal(arguments)?.code == .badConfiguration)
        #expect(throws: ServeRefusal.self) { try resolve(arguments, begun: "/elsewhere") }
        let options = try resolve(arguments, begun: "/data")
        #expect(options.initialCluster.map(\.name) == ["a"])
        #expect(
            options.warnings.contains { $0.hasPrefix("--initial-cluster is ignored") && $0.contains("local member") })
        #expect(try resolve(["--name=a"], begun: "a.decree").warnings == resolve(["--name=a"]).warnings)
        #expect(try resolve(["--initial-cluster-state=existing"]).joinsExisting && !resolve([]).joinsExisting)
    }

    @Test("Limits are positive and durations not negative")
    func limits() throws {
        #expect(refusal(["--max-txn-ops=0"])?.description == "--max-txn-ops must be >0 (set to 0)")
        #expect(refusal(["--max-concurrent-streams=4294967296"])?.code == .badConfiguration)
        #expect(
            refusal(["--grpc-keepalive-interval=-1s"])?.description == "--grpc-keepalive-interval must not be negative")
        let large = try resolve(["--max-request-bytes=33554432"])
        #expect(large.maximumRequestBytes == 33_554_432 && large.warnings.isEmpty)
        let tooLarge = try resolve(["--max-request-bytes=9223372036854775807"])
        #expect(tooLarge.maximumRequestBytes == ServeOptions.largestRequestBytes)
        #expect(tooLarge.warnings.contains { $0.contains("larger writes than 65011712 bytes are refused") })
        #expect(try resolve(["--quota-backend-bytes=-1"]).quotaBytes == -1)
        #expect(refusal(["--snapshot-journal-bytes=0"])?.code == .badConfiguration)
        #expect(refusal(["--journal-segment-bytes=1000"])?.code == .badConfiguration)
        let small = try resolve(["--snapshot-journal-bytes=1048576", "--journal-segment-bytes=0x100000"])
        #expect(small.snapshotJournalBytes == 1_048_576 && small.journalSegmentBytes == 1_048_576)
    }

    @Test("The retention of history is hours, a duration or revisions")
    func retention() throws {
        #expect(try resolve(["--auto-compaction-retention=2"]).autoCompaction == .periodic(.seconds(7200)))
        #expect(try resolve(["--auto-compaction-retention=5m"]).autoCompaction == .periodic(.seconds(300)))
        let byRevision = ["--auto-compaction-mode=revision", "--auto-compaction-retention"]
        #expect(try resolve(byRevision + ["1000"]).autoCompaction == .revision(1000))
        #expect(refusal(byRevision + ["5m"])?.code == .badConfiguration)
        #expect(refusal(["--auto-compaction-retention=x"])?.code == .badConfiguration)
        #expect(try resolve(["--auto-compaction-retention=2562047"]).autoCompaction != .off)
        for text in ["2562048", "9223372036854775807", "-1", "-9223372036854775808"] {
            #expect(refusal(["--auto-compaction-retention=\(text)"])?.code == .badConfiguration, "\(text)")
        }
    }

    // MARK: - configuration files as etcd's libraries read them

    @Test("Numbers in a configuration file are read as go-yaml reads them")
    func yamlNumbers() throws {
        let options = try resolve(
            ["--config-file=decree.yml"],
            file:
                "max-txn-ops: 0144\nelection-timeout: 2000.0\nheartbeat-interval: 1e+2\nquota-backend-bytes: 2_000_000_000\n"
                + "grpc-keepalive-interval: 5_000_000_000\n")
        #expect(options.maximumOperations == 100)
        #expect(options.electionTimeoutMilliseconds == 2000 && options.heartbeatMilliseconds == 100)
        #expect(options.quotaBytes == 2_000_000_000)
        #expect(options.keepaliveInterval == .seconds(5))
        #expect(try resolve(["--config-file=decree.yml"], file: "name: 0144\n").name == "0144")
        for text in ["100.5", "1e3x", "0x1.8", "--5", "1e300"] {
            #expect(refusal(["--config-file=decree.yml"], file: "max-txn-ops: \(text)\n")?.code == .badConfiguration)
        }
    }

    @Test("Merge keys bring the options of an anchor, and what stands in the map itself comes first")
    func yamlMergeKeys() throws {
        let yaml = """
            base: &base
              name: from-base
              max-txn-ops: 7
            <<: *base
            name: own
            """
        let options = try resolve(["--config-file=decree.yml"], file: yaml)
        #expect(options.name == "own" && options.maximumOperations == 7)
    }

    @Test("The options that etcd's sample configuration sets without switching anything on are no reason to refuse")
    func sampleConfiguration() throws {
        let yaml = """
            name: 'default'
            data-dir:
            cors:
            discovery:
            discovery-fallback: 'proxy'
            discovery-proxy:
            discovery-srv:
            initial-cluster:
            strict-reconfig-check: false
            client-transport-security:
              cert-file:
              client-cert-auth: false
              auto-tls: false
            cipher-suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]
            tls-min-version: 'TLS1.2'
            tls-max-version: 'TLS1.3'
            force-new-cluster: false
            auto-compaction-retention: "1"
            log-outputs: [stderr]
            """
        let options = try resolve(["--config-file=decree.yml"], file: yaml)
        #expect(options.autoCompaction == .periodic(.seconds(3600)) && options.logOutputs == ["stderr"])
        #expect(options.notes.contains("--cipher-suites has no effect: there is no TLS yet"))
    }

    // MARK: - what is not there

    @Test(
        "A security option that is not there yet stops the start with one line",
        arguments: [
            "--cert-file=/c", "--key-file=/k", "--client-cert-auth", "--trusted-ca-file=/t", "--auto-tls",
            "--peer-cert-file=/c", "--peer-client-cert-auth=true", "--auth-token=jwt,sign-method=RS256",
            "--force-new-cluster", "--host-whitelist=a", "--discovery-srv=example.com",
            "--enable-distributed-tracing", "--peer-auto-tls",
        ])
    func missingFeatures(argument: String) throws {
        let refused = try #require(refusal([argument]))
        #expect(refused.code == .badConfiguration)
        #expect(refused.description.contains("cannot be served by this version"))
        #expect(!refused.description.contains("\n"))
    }

    @Test(
        "The standard value of a missing feature is no reason to refuse",
        arguments: ["--client-cert-auth=false", "--auth-token=simple", "--cert-file=", "--cors=*", "--auto-tls=0"])
    func standardValues(argument: String) throws {
        #expect(try resolve([argument]).notes.isEmpty)
    }

    @Test("What has no effect is noted, not refused")
    func ignored() throws {
        let options = try resolve(["--snapshot-count=5", "--pre-vote=false", "--logger=zap", "--vv"])
        #expect(
            options.notes == [
                "--pre-vote has no effect: a node stands only if a quorum is unhappy, always",
                "--snapshot-count has no effect: snapshots follow the journal's size",
                "--vv has no effect: it has no meaning any more",
            ])
    }

    @Test(
        "An option that nothing reads says so",
        arguments: [
            "--grpc-keepalive-min-time=1s", "--metrics=extensive", "--warning-apply-duration=1s",
            "--warning-unary-request-duration=1s", "--watch-progress-notify-interval=1s",
        ])
    func unread(argument: String) throws {
        let name = try #require(argument.split(separator: "=").first)
        #expect(try resolve([argument]).notes.first?.hasPrefix("\(name) has no effect: ") == true)
    }

    @Test(
        "What etcd ignores stops nothing, whatever its value",
        arguments: ["ETCD_SNAPSHOT", "ETCD_FORCE", "ETCD_CONFIG"])
    func legacyVariables(variable: String) throws {
        #expect(try resolve([], environment: [variable: "some/thing"]).notes.count == 1)
        #expect(try resolve(["--snapshot=some/thing"]).notes.count == 1)
    }

    @Test("A feature gate that etcd does not know is refused")
    func featureGates() throws {
        _ = try resolve(["--feature-gates=LeaseCheckpoint=true, CompactHashCheck=false"])
        #expect(refusal(["--feature-gates=Lease=true"]) == ServeRefusal(.badFlag, "unrecognized feature gate: Lease"))
        #expect(refusal(["--feature-gates=LeaseCheckpoint"])?.code == .badFlag)
        #expect(refusal(["--feature-gates=LeaseCheckpoint=x"])?.code == .badFlag)
    }

    // MARK: - as others start it

    @Test("What kubeadm passes, without its certificates, starts unchanged")
    func kubeadm() throws {
        let options = try resolve([
            "--advertise-client-urls=http://10.0.0.1:2379", "--data-dir=/var/lib/etcd",
            "--experimental-initial-corrupt-check=true", "--experimental-watch-progress-notify-interval=5s",
            "--initial-advertise-peer-urls=http://10.0.0.1:2380", "--initial-cluster=m=http://10.0.0.1:2380",
            "--listen-client-urls=http://127.0.0.1:2379,http://10.0.0.1:2379",
            "--listen-metrics-urls=http://127.0.0.1:2381", "--listen-peer-urls=http://10.0.0.1:2380", "--name=m",
            "--snapshot-count=10000",
        ])
        #expect(options.listenMetricsURLs.map(\.port) == [2381])
    }

    @Test("What container images set in the environment starts unchanged")
    func containers() throws {
        let options = try resolve(
            [],
            environment: [
                "ETCD_NAME": "etcd-0", "ETCD_DATA_DIR": "/bitnami/etcd/data",
                "ETCD_ADVERTISE_CLIENT_URLS": "http://etcd-0:2379",
                "ETCD_LISTEN_CLIENT_URLS": "http://0.0.0.0:2379", "ETCD_LISTEN_PEER_URLS": "http://0.0.0.0:2380",
                "ETCD_INITIAL_ADVERTISE_PEER_URLS": "http://etcd-0:2380", "ETCD_INITIAL_CLUSTER_STATE": "new",
                "ETCD_INITIAL_CLUSTER": "etcd-0=http://etcd-0:2380,etcd-1=http://etcd-1:2380", "ETCD_LOG_LEVEL": "info",
                "ETCD_INITIAL_CLUSTER_TOKEN": "t", "ETCD_AUTO_TLS": "false", "ETCD_PORT": "tcp://10.0.0.9:2379",
            ])
        #expect(options.initialCluster.count == 2 && options.initialClusterToken == "t")
        #expect(options.warnings.count == 1)
    }
}

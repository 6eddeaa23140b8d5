import DecreeMetrics
import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("The HTTP side of the client port", .serialized) struct HTTPSideTests {
        @Test("Health, version, metrics and unknown paths are answered as by etcd, on the port of gRPC, at each node")
        func pages() throws {
            try withCluster(.decree()) { cluster in
                for node in cluster.nodes {
                    _ = try node.client().put("seen by", node.name)
                    try checkHealth(node)
                    try checkVersion(node)
                    try checkMetrics(node, in: cluster)
                    try checkRefusals(node)
                }
            }
        }

        @Test("Without a quorum /health and /readyz fail, /livez does not")
        func healthWithoutQuorum() throws {
            try withCluster(.decree()) { cluster in
                let left = try cluster.leader()
                for node in cluster.nodes where node !== left { try node.crash() }
                try eventually("an unhealthy answer", within: .seconds(10)) {
                    try plainHTTP("GET", "/health", port: left.clientPort).status == 503
                }
                let span = WatchedSpan(of: [left])
                let health = try plainHTTP("GET", "/health", port: left.clientPort)
                #expect(span.comparableLength < .seconds(2), "a probe gives up after a second or two")
                #expect(health.body.hasPrefix(#"{"health":"false","reason":""#), "\(health.body)")
                #expect(try plainHTTP("GET", "/readyz", port: left.clientPort).status == 503)
                #expect(try plainHTTP("GET", "/livez", port: left.clientPort).status == 200)
                let local = try plainHTTP("GET", "/health?serializable=true", port: left.clientPort)
                #expect(local.status == 200)
            }
        }

        private func checkHealth(_ node: ServerNode) throws {
            for target in ["/health", "/health?serializable=true", "/health?exclude=NOSPACE"] {
                let answer = try plainHTTP("GET", target, port: node.clientPort)
                #expect(answer.status == 200 && answer.body == #"{"health":"true","reason":""}"#, "\(target)")
            }
            for target in ["/livez", "/readyz"] {
                let answer = try plainHTTP("GET", target, port: node.clientPort)
                #expect(answer.status == 200 && answer.body == "ok\n", "\(target)")
                let long = try plainHTTP("GET", target + "?verbose", port: node.clientPort)
                #expect(long.status == 200 && long.body.contains("[+]serializable_read ok"), "\(target)?verbose")
            }
        }

        private func checkVersion(_ node: ServerNode) throws {
            let answer = try plainHTTP("GET", "/version", port: node.clientPort)
            let fields = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: String]
            #expect(answer.status == 200 && answer.fields["content-type"]?.hasPrefix("application/json") == true)
            #expect(fields?["etcdserver"] == "3.6.14" && fields?["etcdcluster"] == "3.6.0")
            #expect(fields?["decree"]?.isEmpty == false, "\(answer.body)")
        }

        private func checkMetrics(_ node: ServerNode, in cluster: ServerCluster) throws {
            let answer = try plainHTTP("GET", "/metrics", port: node.clientPort)
            #expect(answer.status == 200 && answer.fields["content-type"]?.hasPrefix("text/plain") == true)
            let metrics = PrometheusText(answer.body)
            #expect(metrics.flaws == [])
            // Each loop of the client port tells what it counted once a second.
            let promised = Set(MetricCatalog.all.map(\.name))
            try eventually("all metrics of the catalog, health checks among them", within: .seconds(5)) {
                let now = PrometheusText(try plainHTTP("GET", "/metrics", port: node.clientPort).body)
                return now.names.isSuperset(of: promised) && (now.value("etcd_server_health_success") ?? 0) > 0
            }
            #expect(metrics.value("etcd_server_has_leader") == 1)
            #expect(metrics.value("etcd_server_is_leader") == (node.status()?.isLeader == true ? 1 : 0))
            #expect((metrics.value("etcd_server_proposals_applied_total") ?? 0) > 0)
        }

        private func checkRefusals(_ node: ServerNode) throws {
            #expect(try plainHTTP("GET", "/nowhere", port: node.clientPort).status == 404)
            #expect(try plainHTTP("GET", "/", port: node.clientPort).status == 404)
            for target in ["/health", "/livez", "/readyz", "/version"] {
                let head = try plainHTTP("HEAD", target, port: node.clientPort)
                #expect(head.status == 405 && head.fields["allow"] == "GET" && head.body.isEmpty, "\(target)")
            }
            #expect(try plainHTTP("HEAD", "/metrics", port: node.clientPort).status == 200)
            let post = try plainHTTP("POST", "/health", port: node.clientPort, body: "{}")
            #expect(post.status == 405 && post.fields["allow"] == "GET")
        }
    }
}

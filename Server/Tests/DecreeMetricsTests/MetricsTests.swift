import CoreMetrics
import Testing

@testable import DecreeMetrics

@Suite struct MetricsTests {
    private func text(_ registry: MetricsRegistry) -> String { String(decoding: registry.render(), as: UTF8.self) }

    @Test("A series is rendered with its help, its type and its labels by name")
    func rendering() {
        let registry = MetricsRegistry([MetricDescription("a_total", .counter, "How many\nlines \\ there are.")])
        registry.counter("a_total", [("z", "1"), ("b", "say \"x\"\n")]).add(2)
        registry.counter("a_total").add(0.5)
        registry.gauge("b").set(-3)
        #expect(
            text(registry) == """
                # HELP a_total How many\\nlines \\\\ there are.
                # TYPE a_total counter
                a_total 0.5
                a_total{b="say \\"x\\"\\n",z="1"} 2
                # TYPE b gauge
                b -3

                """)
    }

    @Test("A histogram counts up to each bound, bounds included, and sums")
    func histograms() {
        let registry = MetricsRegistry([MetricDescription("h", .histogram(bounds: [0.001, 0.5, 2]), "H.")])
        let histogram = registry.histogram("h", [("m", "x")])
        for value in [0.0005, 0.001, 0.25, 2, 3] { histogram.observe(value) }
        #expect(
            text(registry) == """
                # HELP h H.
                # TYPE h histogram
                h_bucket{m="x",le="0.001"} 2
                h_bucket{m="x",le="0.5"} 3
                h_bucket{m="x",le="2"} 4
                h_bucket{m="x",le="+Inf"} 5
                h_sum{m="x"} 5.2515
                h_count{m="x"} 5

                """)
    }

    @Test("What is described but not counted yet is not shown")
    func unused() {
        #expect(text(MetricsRegistry()).isEmpty)
    }

    @Test("The same name and labels are the same series, in whatever order the labels come")
    func sameSeries() {
        let registry = MetricsRegistry([])
        let one = registry.counter("a", [("x", "1"), ("y", "2")])
        let other = registry.counter("a", [("y", "2"), ("x", "1")])
        #expect(one === other)
        #expect(registry.counter("a", [("x", "1")]) !== one)
    }

    @Test("A name that is taken by another kind counts in vain instead of spoiling the text")
    func conflicts() {
        let registry = MetricsRegistry([])
        registry.counter("a").add(1)
        registry.gauge("a").set(7)
        registry.histogram("a").observe(1)
        #expect(text(registry) == "# TYPE a counter\na 1\n")
    }

    @Test("Names and numbers have the format's form")
    func forms() {
        #expect(PrometheusText.name("http.server-1") == "http_server_1")
        #expect(PrometheusText.name("1a") == "_1a")
        #expect(PrometheusText.number(.infinity) == "+Inf")
        #expect(PrometheusText.number(-.infinity) == "-Inf")
        #expect(PrometheusText.number(.nan) == "NaN")
        #expect(PrometheusText.number(1_048_576) == "1048576")
        #expect(PrometheusText.number(8.192) == "8.192")
        #expect(PrometheusText.number(-0.0) == "0")
    }

    @Test("No two metrics of the catalog share a name, and the buckets of syncs are etcd's")
    func catalog() throws {
        #expect(Set(MetricCatalog.all.map(\.name)).count == MetricCatalog.all.count)
        #expect(MetricCatalog.all.allSatisfy { PrometheusText.name($0.name) == $0.name && !$0.help.isEmpty })
        let sync = try #require(MetricCatalog.all.first { $0.name == "etcd_disk_wal_fsync_duration_seconds" })
        guard case .histogram(let bounds) = sync.kind else {
            Issue.record("not a histogram")
            return
        }
        #expect(bounds.count == 14 && bounds.first == 0.001 && bounds.last == 8.192)
    }

    @Test("swift-metrics counts into the registry, timers in seconds")
    func factory() {
        let registry = MetricsRegistry([])
        Counter(label: "c", dimensions: [("k", "v")], factory: registry).increment(by: 3)
        Gauge(label: "g", factory: registry).record(4)
        Meter(label: "m", factory: registry).increment(by: 2)
        Timer(label: "t", dimensions: [], factory: registry).recordMilliseconds(30)
        let text = text(registry)
        for line in ["c{k=\"v\"} 3", "g 4", "m 2", "t_bucket{le=\"0.025\"} 0", "t_bucket{le=\"0.05\"} 1", "t_sum 0.03"]
        {
            #expect(text.contains(line + "\n"), "\(line) in \(text)")
        }
    }

    @Test("A series that is destroyed is shown no more")
    func destruction() {
        let registry = MetricsRegistry([])
        let counter = Counter(label: "c", factory: registry)
        counter.increment()
        counter.destroy()
        #expect(text(registry).isEmpty)
    }

    @Test("Nothing is lost when many threads count at once")
    func concurrency() async {
        let registry = MetricsRegistry([])
        let counter = registry.counter("c")
        let histogram = registry.histogram("h", bounds: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<2_000 {
                        counter.add()
                        histogram.observe(0.5)
                    }
                }
            }
        }
        #expect(counter.value == 16_000)
        #expect(histogram.cumulativeCounts == [16_000, 16_000] && histogram.sum == 8_000)
    }

    #if os(Linux)
    @Test("The process knows its time, its memory and its files")
    func process() {
        let registry = MetricsRegistry()
        ProcessReport().publish(to: registry)
        let text = text(registry)
        for name in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "os_fd_limit"] {
            #expect(text.contains("# TYPE \(name) "))
        }
        #expect(registry.gauge("process_resident_memory_bytes").value > 1_000_000)
        #expect(registry.gauge("process_start_time_seconds").value > 1_000_000_000)
    }
    #endif
}

import Synchronization

/// All series of a process, and their text form.
///
/// Whoever counts asks for its series once and keeps it; from then on counting takes no lock. The lock here is taken when
/// a series is made and when the text is.
public final class MetricsRegistry: Sendable {
    /// A name and a value each.
    public typealias Labels = [(name: String, value: String)]

    enum Series: Sendable {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)
    }

    struct Family: Sendable {
        let description: MetricDescription
        /// By the text of the labels.
        var series: [String: Series] = [:]
    }

    private let families: Mutex<[String: Family]>

    /// - Parameter descriptions: What is known of metrics before anybody counts; others are taken as they come.
    public init(_ descriptions: [MetricDescription] = MetricCatalog.all) {
        families = Mutex(
            Dictionary(descriptions.map { ($0.name, Family(description: $0)) }, uniquingKeysWith: { first, _ in first })
        )
    }

    /// The counter of that name and labels, made if it is not there. One under a name of another kind counts, but is not
    /// shown.
    public func counter(_ name: String, _ labels: Labels = []) -> CounterSeries {
        let found = series(name, .counter, labels) { _ in .counter(CounterSeries()) }
        if case .counter(let counter) = found { return counter }
        return CounterSeries()
    }

    /// The gauge of that name and labels, made if it is not there. One under a name of another kind is not shown.
    public func gauge(_ name: String, _ labels: Labels = []) -> GaugeSeries {
        let found = series(name, .gauge, labels) { _ in .gauge(GaugeSeries()) }
        if case .gauge(let gauge) = found { return gauge }
        return GaugeSeries()
    }

    /// The histogram of that name and labels, made if it is not there. One under a name of another kind is not shown.
    /// - Parameter bounds: Of its buckets, for a name that was not described.
    public func histogram(
        _ name: String, _ labels: Labels = [], bounds: [Double] = MetricDescription.standardBounds
    ) -> HistogramSeries {
        let found = series(name, .histogram(bounds: bounds), labels) { kind in
            guard case .histogram(let bounds) = kind else { return nil }
            return .histogram(HistogramSeries(bounds: bounds))
        }
        if case .histogram(let histogram) = found { return histogram }
        return HistogramSeries(bounds: bounds)
    }

    private func series(
        _ name: String, _ kind: MetricDescription.Kind, _ labels: Labels,
        _ make: (MetricDescription.Kind) -> Series?
    ) -> Series? {
        let name = PrometheusText.name(name)
        let key = PrometheusText.labels(labels)
        return families.withLock { families in
            var family = families[name] ?? Family(description: MetricDescription(name, kind, ""))
            guard family.description.kind.isSame(as: kind) else { return nil }
            if let series = family.series[key] { return series }
            guard let series = make(family.description.kind) else { return nil }
            family.series[key] = series
            families[name] = family
            return series
        }
    }

    /// Forgets the series for which `isGone` holds.
    func remove(where isGone: (Series) -> Bool) {
        families.withLock { families in
            families = families.mapValues { family in
                Family(description: family.description, series: family.series.filter { !isGone($0.value) })
            }
        }
    }

    /// All series that exist, by name and labels, in Prometheus' text format 0.0.4.
    public func render() -> [UInt8] {
        let families = families.withLock { Array($0.values) }
        var text = ""
        for family in families.sorted(by: { $0.description.name < $1.description.name }) where !family.series.isEmpty {
            PrometheusText.append(family, to: &text)
        }
        return Array(text.utf8)
    }

    /// The content type of what ``render()`` yields.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"
}

/// Prometheus' text format, version 0.0.4.
/// - Source: prometheus.io/docs/instrumenting/exposition_formats.
enum PrometheusText {
    static func append(_ family: MetricsRegistry.Family, to text: inout String) {
        let name = family.description.name
        if !family.description.help.isEmpty { text += "# HELP \(name) \(escapedHelp(family.description.help))\n" }
        text += "# TYPE \(name) \(family.description.kind.word)\n"
        for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
            switch series {
            case .counter(let counter): text += line(name, labels, counter.value)
            case .gauge(let gauge): text += line(name, labels, gauge.value)
            case .histogram(let histogram): append(histogram, name, labels, to: &text)
            }
        }
    }

    private static func append(_ histogram: HistogramSeries, _ name: String, _ labels: String, to text: inout String) {
        let counts = histogram.cumulativeCounts
        let prefix = labels.isEmpty ? "" : labels + ","
        for (bound, count) in zip(histogram.bounds + [.infinity], counts) {
            text += line("\(name)_bucket", "\(prefix)le=\"\(number(bound))\"", Double(count))
        }
        text += line("\(name)_sum", labels, histogram.sum)
        text += line("\(name)_count", labels, Double(counts.last ?? 0))
    }

    private static func line(_ name: String, _ labels: String, _ value: Double) -> String {
        name + (labels.isEmpty ? "" : "{\(labels)}") + " " + number(value) + "\n"
    }

    /// A number as Go writes it; whole ones without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }

    /// `text` with everything that a name may not have made an underscore.
    static func name(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let isLetter =
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_" || scalar == ":"
            let isDigit = ("0"..."9").contains(scalar)
            if isDigit && result.isEmpty { result += "_" }
            result.unicodeScalars.append(isLetter || isDigit ? scalar : "_")
        }
        return result
    }

    /// The labels by name, as they stand between the braces.
    static func labels(_ labels: MetricsRegistry.Labels) -> String {
        labels.map { (name($0.name).replacing(":", with: "_"), $0.value) }.sorted { $0 < $1 }
            .map { "\($0)=\"\(escapedValue($1))\"" }.joined(separator: ",")
    }

    private static func escapedValue(_ text: String) -> String { escapedHelp(text).replacing("\"", with: "\\\"") }

    private static func escapedHelp(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }
}

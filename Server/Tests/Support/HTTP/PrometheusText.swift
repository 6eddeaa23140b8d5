/// Metrics in Prometheus' text format, read strictly.
public struct PrometheusText: Sendable {
    public struct Sample: Sendable {
        public let name: String
        public let labels: [String: String]
        public let value: Double
    }

    public private(set) var samples: [Sample] = []
    /// The kind that a TYPE line gives, by the metric's name.
    public private(set) var kinds: [String: String] = [:]
    /// What is against the rules, one line each.
    public private(set) var flaws: [String] = []

    public init(_ text: String) {
        if !text.hasSuffix("\n") { flaws.append("the last line does not end") }
        for line in text.split(separator: "\n") { read(line) }
        for (name, kind) in kinds where kind == "histogram" { checkHistogram(name) }
        for sample in samples where kind(of: sample.name) == nil { flaws.append("no TYPE for \(sample.name)") }
    }

    /// The names of all metrics, without the suffixes of histograms.
    public var names: Set<String> { Set(kinds.keys) }

    public func value(_ name: String) -> Double? { samples.first { $0.name == name }?.value }

    private mutating func read(_ line: Substring) {
        if line.hasPrefix("#") {
            let words = line.split(separator: " ", maxSplits: 3)
            guard words.count >= 3, words[1] == "TYPE" || words[1] == "HELP" else { return }
            guard words[1] == "TYPE", words.count == 4 else { return }
            if kinds.updateValue(String(words[3]), forKey: String(words[2])) != nil {
                flaws.append("two TYPE lines for \(words[2])")
            }
            return
        }
        guard let match = line.wholeMatch(of: #/([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([^ ]+)/#) else {
            return flaws.append("not a sample: \(line)")
        }
        guard let value = Self.number(match.3) else { return flaws.append("not a number: \(line)") }
        var labels: [String: String] = [:]
        var rest = match.2 ?? ""
        while let label = rest.prefixMatch(of: #/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?/#) {
            labels[String(label.1)] = String(label.2)
            rest = rest[label.range.upperBound...]
        }
        if !rest.isEmpty { flaws.append("labels cannot be read: \(line)") }
        samples.append(Sample(name: String(match.1), labels: labels, value: value))
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: Double(text)
        }
    }

    private func kind(of name: String) -> String? {
        if let kind = kinds[name] { return kind }
        for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
            if let kind = kinds[String(name.dropLast(suffix.count))], kind == "histogram" || kind == "summary" {
                return kind
            }
        }
        return nil
    }

    /// Buckets only grow and the last one, +Inf, equals the count.
    private mutating func checkHistogram(_ name: String) {
        var series: [[String: String]: [(bound: Double, count: Double)]] = [:]
        for sample in samples where sample.name == name + "_bucket" {
            var labels = sample.labels
            guard let bound = labels.removeValue(forKey: "le").flatMap({ Self.number(Substring($0)) }) else {
                flaws.append("a bucket of \(name) has no bound")
                continue
            }
            series[labels, default: []].append((bound, sample.value))
        }
        for (labels, buckets) in series {
            let isGrowing = zip(buckets, buckets.dropFirst()).allSatisfy {
                $0.bound < $1.bound && $0.count <= $1.count
            }
            let total = samples.first { $0.name == name + "_count" && $0.labels == labels }?.value
            if !isGrowing { flaws.append("the buckets of \(name) do not grow") }
            if buckets.last?.bound != .infinity || buckets.last?.count != total {
                flaws.append("the last bucket of \(name) is not its count")
            }
        }
    }
}

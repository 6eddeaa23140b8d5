/// What a metric is called, what it counts and how.
public struct MetricDescription: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// Only grows, but for restarts.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts observations by size.
        /// - Parameter bounds: Upper bounds of the buckets, inclusive and ascending, without the infinite one.
        case histogram(bounds: [Double])

        /// The word of the text format's TYPE line.
        var word: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }

        func isSame(as other: Kind) -> Bool { word == other.word }
    }

    public let name: String
    public let kind: Kind
    /// One sentence for whoever reads the metrics.
    public let help: String

    public init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// Bounds that grow by a factor, as etcd's do.
    public static func exponential(from first: Double, factor: Double, count: Int) -> [Double] {
        var bounds: [Double] = []
        var bound = first
        for _ in 0..<count {
            bounds.append(bound)
            bound *= factor
        }
        return bounds
    }

    /// The bounds of Prometheus' client libraries, in seconds: for metrics that nobody described.
    public static let standardBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}

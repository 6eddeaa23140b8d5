import Foundation

/// All that one run of the benchmark found out, for `--json`.
public struct BenchReport: Codable, Sendable {
    /// The load of the machine over the last minute before the benchmark began.
    public var loadAverageBefore: Double
    public var load: [LoadRow] = []
    public var costs: [ClusterCost] = []
    public var failover: [FailoverRow] = []
    public var restart: [RestartRow] = []

    /// - Parameter loadAverageBefore: of the machine.
    public init(loadAverageBefore: Double) { self.loadAverageBefore = loadAverageBefore }

    /// The report as JSON, with sorted keys.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

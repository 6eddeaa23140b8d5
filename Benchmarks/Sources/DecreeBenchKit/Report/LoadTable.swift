/// Writes the comparison under load as text.
public enum LoadTable {
    /// The table of one cluster size.
    ///
    /// - Parameters:
    ///   - rows: of that size.
    ///   - costs: of that size.
    ///   - nodes: the size.
    ///   - servers: names, the measured one first, its peer second.
    public static func lines(_ rows: [LoadRow], _ costs: [ClusterCost], nodes: Int, servers: [String]) -> [String] {
        var table = TextTable()
        table.add(head(nodes, servers))
        for row in rows { table.add(cells(row, servers)) }
        return table.lines + costs.map(line)
    }

    private static func line(_ cost: ClusterCost) -> String {
        let memory = cost.residentMebibytes.map { decimal($0) }.joined(separator: " ")
        return "\(cost.server): idle \(decimal(cost.idlePercent, 1)) % of a core; after the load "
            + "\(memory) MiB of memory, \(decimal(cost.diskMebibytes)) MiB on disk a node"
    }

    private static func head(_ nodes: Int, _ servers: [String]) -> [String] {
        let ratio = servers.count == 2 ? ["ratio"] : []
        var cells = ["\(nodes) \(nodes == 1 ? "node" : "nodes"): workload, clients"]
        cells += servers.map { "\($0) req/s" } + ratio
        cells += servers.map { "\($0) p50 ms" } + servers.map { "\($0) p99 ms" }
        cells += servers.map { "\($0) CPU us" } + ratio
        cells += servers.map { _ in "client us" }
        return cells
    }

    private static func cells(_ row: LoadRow, _ names: [String]) -> [String] {
        let title = Workload(rawValue: row.workload)?.title ?? row.workload
        let servers = names.compactMap { row.servers[$0] }
        var cells = ["\(title), \(row.clients)"]
        cells += servers.map { decimal($0.requestsPerSecond) } + (row.rateRatio.map { [decimal($0, 2)] } ?? [])
        cells += servers.map { brief($0.p50) } + servers.map { brief($0.p99) }
        cells += servers.map { brief($0.serverMicroseconds) } + (row.processorRatio.map { [decimal($0, 2)] } ?? [])
        cells += servers.map { brief($0.clientMicroseconds) }
        return cells
    }
}

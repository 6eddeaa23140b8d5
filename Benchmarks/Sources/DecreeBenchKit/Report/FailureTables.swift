/// Writes what failures and restarts cost as text.
public enum FailureTables {
    /// Longest gaps in successful puts.
    public static func failover(_ rows: [FailoverRow]) -> [String] {
        var table = TextTable()
        table.add(["longest gap in successful puts, 3 nodes", "server", "min ms", "median", "max", "failed puts"])
        for row in rows.sorted(by: { $0.failure > $1.failure }) {
            let title = LeaderFailure(rawValue: row.failure)?.title ?? row.failure
            table.add([
                "\(title), \(row.gaps.count) times", row.server, decimal(row.gaps.first ?? 0),
                decimal(median(row.gaps)), decimal(row.gaps.last ?? 0),
                "\(row.failedPuts) of \(row.failedPuts + row.acknowledgedPuts)",
            ])
        }
        return table.lines + ["Every acknowledged put was found again."]
    }

    /// What many keys cost.
    public static func restart(_ rows: [RestartRow]) -> [String] {
        var table = TextTable()
        table.add(["1 node, \(rows.first?.keys ?? 0) keys"] + rows.map(\.server))
        func line(_ title: String, _ digits: Int, _ value: (RestartRow) -> Double) {
            table.add([title] + rows.map { decimal(value($0), digits) })
        }
        line("load in transactions of 100, keys/s", 0) { $0.keysPerSecond }
        line("processor time to load, us a key", 2) { $0.microsecondsPerKey }
        line("memory after the load, MiB", 0) { $0.residentMebibytesAfterLoad }
        line("data on disk, MiB", 0) { $0.diskMebibytes }
        line("count of all keys, ms", 2) { $0.countMilliseconds }
        line("all keys in pages of 10,000, s", 2) { $0.pagesSeconds }
        line("most memory until then, MiB", 0) { $0.peakMebibytes }
        line("restart to the first linearizable read, s", 2) { $0.restartSeconds }
        line("the same after SIGKILL, s", 2) { $0.restartSecondsAfterKill }
        line("memory after the restart, MiB", 0) { $0.residentMebibytesAfterRestart }
        return table.lines
    }
}

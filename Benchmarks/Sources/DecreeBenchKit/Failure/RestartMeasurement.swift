import Glibc
import NIOCore

/// What a server makes of many keys.
public struct RestartRow: Codable, Sendable {
    public var server: String
    public var keys: Int
    /// While loading, in transactions of 100 puts.
    public var keysPerSecond = 0.0
    /// Processor time of the server while loading, in microseconds a key.
    public var microsecondsPerKey = 0.0
    public var residentMebibytesAfterLoad = 0.0
    public var diskMebibytes = 0.0
    /// Counting all keys, in milliseconds; median of five.
    public var countMilliseconds = 0.0
    /// Reading all keys with values in pages of 10,000, in seconds.
    public var pagesSeconds = 0.0
    /// The most memory that was held until then.
    public var peakMebibytes = 0.0
    /// From starting the process to the first linearizable read, in seconds: after an orderly end and after SIGKILL.
    public var restartSeconds = 0.0
    public var restartSecondsAfterKill = 0.0
    public var residentMebibytesAfterRestart = 0.0
}

/// Loads many keys into one node, reads them all and starts it again.
public struct RestartMeasurement {
    public var keyCount: Int
    public var valueBytes: Int
    public var progress: (String) -> Void
    private let pageSize = 10_000

    public init(keyCount: Int, valueBytes: Int, progress: @escaping (String) -> Void) {
        self.keyCount = keyCount
        self.valueBytes = valueBytes
        self.progress = progress
    }

    public func run(
        _ program: ServerProgram, in folder: ScratchFolder, on loop: any EventLoop
    ) throws(BenchError) -> RestartRow {
        let cluster = try Cluster(program, size: 1, in: folder, on: loop)
        defer { cluster.stop() }
        try cluster.start()
        let ledger = WriteLedger(keyCount: keyCount, valueBytes: valueBytes)
        var row = RestartRow(server: program.name, keys: keyCount)

        progress("\(program.name): loads \(keyCount) keys")
        let before = cluster.processorNanoseconds()
        let loading = try seconds { () throws(BenchError) in
            try LoadedCluster(cluster, ledger, connectionCount: 10, on: loop).fill()
        }
        row.keysPerSecond = Double(keyCount) / loading
        row.microsecondsPerKey = Double(cluster.processorNanoseconds() - before) / 1000 / Double(keyCount)
        row.residentMebibytesAfterLoad = mebibytes(cluster.residentBytes()[0])
        row.diskMebibytes = mebibytes(cluster.diskBytes(of: 0))

        progress("\(program.name): counts and reads them")
        try readBack(cluster, ledger, into: &row, on: loop)
        row.peakMebibytes = mebibytes(ProcessUsage.memory(ofProcess: cluster.processIdentifiers[0]).peak)

        progress("\(program.name): starts again")
        cluster.stop(0)
        row.restartSeconds = try restart(cluster)
        row.residentMebibytesAfterRestart = mebibytes(cluster.residentBytes()[0])
        cluster.kill(0)
        row.restartSecondsAfterKill = try restart(cluster)
        try checkCount(cluster, on: loop)
        return row
    }

    private func readBack(
        _ cluster: Cluster, _ ledger: WriteLedger, into row: inout RestartRow, on loop: any EventLoop
    ) throws(BenchError) {
        let caller = try Caller(port: cluster.clientPorts[0], on: loop)
        defer { caller.close() }
        var counting: [Double] = []
        for _ in 0..<5 { counting.append(try seconds { () throws(BenchError) in _ = try caller.countOfKeys() } * 1000) }
        row.countMilliseconds = median(counting)
        var found = 0
        var faults = 0
        row.pagesSeconds = try seconds { () throws(BenchError) in
            faults = try caller.readAllKeys(pageSize: pageSize) { key, value in
                found += 1
                return SealedValue.sequence(of: value, key: key, byteCount: valueBytes) != nil
            }
        }
        guard found == keyCount, faults == 0 else {
            throw .wrongAnswer(
                "\(cluster.program.name): \(found) of \(keyCount) keys were read, \(faults) with a wrong value")
        }
    }

    private func restart(_ cluster: Cluster) throws(BenchError) -> Double {
        try seconds { () throws(BenchError) in
            try cluster.restart(0)
            try cluster.awaitRead(at: 0, patienceSeconds: 120)
        }
    }

    private func checkCount(_ cluster: Cluster, on loop: any EventLoop) throws(BenchError) {
        let caller = try Caller(port: cluster.clientPorts[0], on: loop)
        defer { caller.close() }
        let count = try caller.countOfKeys()
        guard count == Int64(keyCount) else {
            throw .wrongAnswer("\(cluster.program.name): \(count) of \(keyCount) keys are left after two restarts")
        }
    }

    private func seconds(_ body: () throws(BenchError) -> Void) throws(BenchError) -> Double {
        let start = monotonicNanoseconds()
        try body()
        return Double(monotonicNanoseconds() - start) / 1e9
    }

    private func mebibytes(_ bytes: Int) -> Double { Double(bytes) / 1_048_576 }
}

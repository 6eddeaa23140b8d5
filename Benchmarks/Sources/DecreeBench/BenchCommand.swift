import ArgumentParser
import DecreeBenchKit
import NIOCore
import NIOPosix

/// `decree-bench`: see the README beside the package.
@main
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decree-bench",
        abstract: "Compares decree with etcd, side by side on this machine, and checks every answer.",
        discussion: """
            Without --failover and --restart the servers are compared under load. Servers run as child processes on \
            loopback, with default settings and synced disks, and are stopped however the benchmark ends.
            """)

    @OptionGroup(title: "Servers")
    var servers: ServerOptions

    @OptionGroup(title: "Load")
    var load: LoadOptions

    @Flag(help: "Measure instead for how long no put succeeds when the leader of three nodes is killed and frozen.")
    var failover = false

    @Option(help: "How often the leader fails in each way.")
    var failures = 10

    @Flag(help: "Measure instead what a million keys (or --keys) cost to load, read and start again with.")
    var restart = false

    @Flag(help: "Print JSON alone.")
    var json = false

    @Flag(help: "Say what happens meanwhile on stderr.")
    var verbose = false

    func run() throws {
        CleanUp.beforeInterruption()
        let programs = try servers.programs()
        let workloads = try load.workloads()
        let folder = try ScratchFolder(in: servers.directory)
        defer { folder.remove() }
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        var report = BenchReport(loadAverageBefore: MachineLoad.lastMinute())
        warnAboutLoad(report.loadAverageBefore)
        if failover { try runFailover(programs, folder, loop, &report) }
        if restart { try runRestart(programs, folder, loop, &report) }
        if !failover, !restart { try runLoad(programs, workloads, folder, loop, &report) }
        if json { Console.say(try report.json()) }
    }

    // MARK: Parts

    private func runLoad(
        _ programs: [ServerProgram], _ workloads: [Workload], _ folder: ScratchFolder, _ loop: any EventLoop,
        _ report: inout BenchReport
    ) throws {
        let comparison = LoadComparison(
            programs: programs, workloads: workloads, clients: load.clients.elements, rounds: load.rounds,
            seconds: load.seconds, warmUpSeconds: load.warmUp, connections: load.connections,
            keyCount: load.keys ?? 100_000, valueBytes: load.valueBytes, seed: load.seed, progress: progress)
        for nodes in load.nodes.elements {
            var rows: [LoadRow] = []
            let costs = try comparison.run(nodes: nodes, in: folder, on: loop) { rows.append($0) }
            report.load += rows
            report.costs += costs
            say(LoadTable.lines(rows, costs, nodes: nodes, servers: programs.map(\.name)))
        }
    }

    private func runFailover(
        _ programs: [ServerProgram], _ folder: ScratchFolder, _ loop: any EventLoop, _ report: inout BenchReport
    ) throws {
        let measurement = FailoverMeasurement(times: failures, progress: progress)
        for program in programs { report.failover += try measurement.run(program, in: folder, on: loop) }
        say(FailureTables.failover(report.failover))
    }

    private func runRestart(
        _ programs: [ServerProgram], _ folder: ScratchFolder, _ loop: any EventLoop, _ report: inout BenchReport
    ) throws {
        let measurement = RestartMeasurement(
            keyCount: load.keys ?? 1_000_000, valueBytes: load.valueBytes, progress: progress)
        for program in programs { report.restart.append(try measurement.run(program, in: folder, on: loop)) }
        say(FailureTables.restart(report.restart))
    }

    // MARK: Output

    private func say(_ lines: [String]) {
        guard !json else { return }
        for line in lines + [""] { Console.say(line) }
    }

    private func progress(_ line: String) {
        if verbose { Console.note(line) }
    }

    private func warnAboutLoad(_ average: Double) {
        guard average > 0.7, !json else { return }
        Console.say(
            "The machine does other work (load \(decimal(average, 1))): compare ratios, of processor time above all.\n")
    }
}

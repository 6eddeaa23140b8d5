import ArgumentParser
import DecreePages

/// What somebody wants to see of a run, beside what is printed of it.
struct RunOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write the run as a page to go through in a browser: one file that needs nothing else, in place of what it held.",
            valueName: "file"))
    var html: String?

    @Option(help: ArgumentHelp("Write the run as a log with vector clocks for ShiViz.", valueName: "file"))
    var shiviz: String?

    @Option(
        help: ArgumentHelp(
            "Write the run as a TLA+ module with one behaviour for Spectacle: its first \(SpectacleModule.maximumSteps) steps.",
            valueName: "file"))
    var spectacle: String?

    @Flag(
        help:
            "Serve the run to a browser on this machine, with the code behind it: at any step something else may be chosen."
    )
    var serve = false

    @Option(help: ArgumentHelp("Where to serve it, on loopback; a free port unless given.", valueName: "port"))
    var port: Int?

    private var files: [(flag: String, path: String?)] {
        [("--html", html), ("--shiviz", shiviz), ("--spectacle", spectacle)]
    }

    /// It goes into a file.
    var isWritten: Bool { files.contains { $0.path != nil } }

    /// What was asked for, as a command line has it; nil when nothing was.
    var words: String? {
        files.first { $0.path != nil }.map { "\($0.flag) FILE" } ?? (serve ? "--serve" : nil)
    }

    func validate() throws {
        for (flag, path) in files where path == "" { throw ValidationError("\(flag) needs a file.") }
        guard let port else { return }
        if !serve { throw ValidationError("--port is for --serve.") }
        if !(0...65_535).contains(port) {
            throw ValidationError("--port takes a number from 0 to 65535; 0 is one that is free.")
        }
    }

    /// Writes the files that were asked for.
    /// - Parameter other: A run to show beside it on the page.
    func write(_ run: RecordedRun, beside other: RecordedRun? = nil, isSilent: Bool = false) throws(ClientFailure) {
        if let shiviz { try RunFile(path: shiviz, isSilent: isSilent).write(log: run) }
        if let spectacle { try RunFile(path: spectacle, isSilent: isSilent).write(module: run) }
        guard let html else { return }
        let file = RunFile(path: html, isSilent: isSilent)
        if let other { try file.write(page: run, beside: other) } else { try file.write(page: run) }
    }

    /// Serves what was asked to be served, until somebody ends it.
    func serve(_ ways: () -> any RunTree) async throws(ClientFailure) {
        if serve { try await RunServer(ways: ways(), port: port ?? 0).run() }
    }
}

import Decree
import Foundation
import Logging
import Testing

@testable import DecreeCommand

@Suite("How the server ends") struct ServeExitTests {
    @Test("The help and the README tell every exit code and what it means")
    func documented() throws {
        let path = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let readme = try String(contentsOfFile: "/\(path)/README.md", encoding: .utf8)
        let help = ServeHelp.text
        for code in ServeExit.allCases {
            let lines = ServeHelp.exitCodes.filter { $0.hasPrefix("  \(code.rawValue) ") }
            #expect(lines.count == 1 && help.contains(lines[0]), "\(code)")
            #expect(readme.contains("| \(code.rawValue) |"), "\(code)")
        }
        #expect(ServeHelp.exitCodes.allSatisfy { $0.count <= 100 })
    }

    @Test("A fault of the node ends the process with a code of its own, and the log's last line says why in its format")
    func fault() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(74), observing: [\.standardErrorContent]
        ) {
            let sinks = try LogSinks(["stderr"])
            let logger = Logger(label: "decree") { label in
                LogOutput(label: label, format: .json, sinks: sinks, logLevel: .info)
            }
            FaultEnd(log: FatalLog(logger: logger, reachesStandardError: true)).end(
                .journalFailed(.file(operation: .sync, path: "no sync", errno: 5)))
        }
        let lines = String(decoding: result.standardErrorContent, as: UTF8.self).split(separator: "\n")
        let told = lines.filter { $0.contains("no sync") }
        #expect(told.count == 1 && told[0].hasPrefix(#"{"level":"fatal","ts":""#), "\(lines)")
    }

    @Test("Where no output of the log is standard error, that is told the last line as well")
    func elsewhere() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(74), observing: [\.standardErrorContent, \.standardOutputContent]
        ) {
            let sinks = try LogSinks(["stdout"])
            let logger = Logger(label: "decree") { label in
                LogOutput(label: label, format: .json, sinks: sinks, logLevel: .info)
            }
            FaultEnd(log: FatalLog(logger: logger, reachesStandardError: false)).end(
                .journalFailed(.file(operation: .sync, path: "no sync", errno: 5)))
        }
        let error = String(decoding: result.standardErrorContent, as: UTF8.self)
        #expect(error.contains("decree serve: ") && error.contains("no sync"))
        #expect(String(decoding: result.standardOutputContent, as: UTF8.self).contains(#"{"level":"fatal","#))
    }
}

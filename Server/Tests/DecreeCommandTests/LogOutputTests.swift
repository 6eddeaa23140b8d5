import Foundation
import Logging
import Testing

@testable import DecreeCommand

@Suite("Where log lines go") struct LogOutputTests {
    private struct Pipe {
        let reading: Int32
        let writing: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            (reading, writing) = (ends[0], ends[1])
        }

        /// Writes until no more fits.
        func fill() {
            let flags = fcntl(writing, F_GETFL)
            _ = fcntl(writing, F_SETFL, flags | O_NONBLOCK)
            let bytes = [UInt8](repeating: 0x2E, count: 4_096)
            while write(writing, bytes, bytes.count) > 0 {}
            while write(writing, bytes, 1) > 0 {}
            _ = fcntl(writing, F_SETFL, flags)
        }

        /// All that can be read now.
        func drain() -> String {
            _ = fcntl(reading, F_SETFL, fcntl(reading, F_GETFL) | O_NONBLOCK)
            var text: [UInt8] = []
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while case let count = read(reading, &bytes, bytes.count), count > 0 { text += bytes[..<count] }
            return String(decoding: text, as: UTF8.self)
        }

        func close() {
            Foundation.close(reading)
            Foundation.close(writing)
        }
    }

    @Test(
        "A log that nobody reads holds nobody up; once it is read it tells how many lines are missing",
        .timeLimit(.minutes(1)))
    func stuckReader() throws {
        let pipe = try Pipe()
        defer { pipe.close() }
        let sinks = try LogSinks(["/proc/self/fd/\(pipe.writing)"])
        let logger = Logger(label: "decree") { label in
            LogOutput(label: label, format: .json, sinks: sinks, logLevel: .info)
        }
        pipe.fill()
        for number in 0..<10 { logger.info("line \(number)") }
        #expect(!pipe.drain().contains("line"))
        logger.info("line 10")
        logger.info("line 11")
        let lines = pipe.drain().split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[0].contains(#""level":"warn""#) && lines[0].contains("10 lines are missing here"))
        #expect(lines[1].contains("line 10") && lines[2].contains("line 11"))
    }

    @Test("A long line goes in pieces")
    func longLine() throws {
        let pipe = try Pipe()
        defer { pipe.close() }
        let sinks = try LogSinks(["/proc/self/fd/\(pipe.writing)"])
        sinks.write(String(repeating: "x", count: 50_000)) { _ in "" }
        #expect(pipe.drain().count == 50_000)
    }

    @Test("Standard streams that whoever started the process closed are opened, so that no file bears their numbers")
    func closedStreams() async {
        await #expect(processExitsWith: .exitCode(7)) {
            for descriptor in [STDIN_FILENO, STDERR_FILENO] { close(descriptor) }
            StandardStreams.fillGaps()
            let areOpen = (STDIN_FILENO...STDERR_FILENO).allSatisfy { fcntl($0, F_GETFD) >= 0 }
            _exit(areOpen ? 7 : 8)
        }
    }
}

import Foundation
import PaxosBase
import SynodExample

/// The six processes, each of which can be killed and started again.
final class Troupe {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    private static let patienceMilliseconds: Int32 = 30_000

    private let firstPort: UInt16
    private let directory: URL
    private let program: URL
    private var running: [Int: Process] = [:]
    private var output: [Int: Pipe] = [:]

    init(firstPort: UInt16, directory: URL) {
        self.firstPort = firstPort
        self.directory = directory
        program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("synod")
    }

    /// - Parameter value: For a proposer: what it would like to be chosen.
    func start(_ identity: Int, value: String? = nil) throws {
        let process = Process()
        process.executableURL = program
        let own = directory.appendingPathComponent("\(identity)").path
        process.arguments = ["\(identity)", "\(firstPort)", own] + (value.map { [$0] } ?? [])
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        running[identity] = process
        output[identity] = pipe
    }

    /// As a failing machine would: without a word, and with nothing kept but what its disk holds.
    func kill(_ identity: Int) {
        guard let process = running.removeValue(forKey: identity) else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func killAll() { for identity in running.keys.sorted() { kill(identity) } }

    /// Waits until a process says what is chosen.
    func chosen(by identity: Int) throws -> String {
        guard let pipe = output[identity] else { throw Problem(description: "process \(identity) does not run") }
        var text = ""
        while !text.hasSuffix("\n") {
            var source = pollfd(fd: pipe.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&source, 1, Self.patienceMilliseconds) > 0 else {
                throw Problem(description: "process \(identity) does not know what is chosen after half a minute")
            }
            let data = pipe.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Problem(description: "process \(identity) ended: \(text)") }
            text += String(decoding: data, as: UTF8.self)
        }
        guard text.hasPrefix("chosen: ") else { throw Problem(description: "process \(identity) said: \(text)") }
        return text.dropFirst("chosen: ".count).trimmingCharacters(in: .newlines)
    }
}

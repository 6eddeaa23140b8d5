import DecreeLearning
import Foundation

/// One life of a program that reads a line of JSON from its standard input and answers with one.
final class ChildLife {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let patienceMilliseconds: Int
    private var unread: [UInt8] = []

    private static let maximumLineByteCount = 64 << 10

    /// Starts it.
    /// - Parameters:
    ///   - command: For the shell.
    ///   - environment: All that it gets.
    init(command: String, environment: [String: String], patienceMilliseconds: Int) throws(BroughtFailure) {
        self.patienceMilliseconds = patienceMilliseconds
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.environment = environment
        process.standardInput = input
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw BroughtFailure(text: "it cannot be started: \(error.localizedDescription)")
        }
    }

    /// Kills it, and whatever it started, and waits until it is gone.
    func end() {
        let identity = process.processIdentifier
        // Its process group, if it leads one, then itself.
        if getpgid(identity) == identity { kill(-identity, SIGKILL) }
        kill(identity, SIGKILL)
        waitUntilSilent()
        try? input.fileHandleForWriting.close()
        try? output.fileHandleForReading.close()
    }

    /// Whoever could write to its output is gone once that ends, which is known sooner than that the shell is. A process that got
    /// away from the group is not waited for.
    private func waitUntilSilent() {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let descriptor = output.fileHandleForReading.fileDescriptor
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let deadline = Date().addingTimeInterval(1)
        while Date() < deadline, poll(&wanted, 1, 1_000) > 0, read(descriptor, &buffer, buffer.count) > 0 {}
    }

    /// Asks for something.
    /// - Returns: The answer, and how it reads.
    func exchange(_ request: [String: Any]) throws(BroughtFailure) -> (object: [String: Any], line: String) {
        guard unread.isEmpty else {
            throw BroughtFailure(text: "it says more than it was asked: \(Printable.text(unread.prefix(200)))")
        }
        guard var line = try? JSONSerialization.data(withJSONObject: request, options: .sortedKeys) else {
            throw BroughtFailure(text: "a request cannot be written as JSON")
        }
        line.append(UInt8(ascii: "\n"))
        try send(line)
        let answer = try readLine()
        guard let object = try? JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any] else {
            throw BroughtFailure(text: "it answers what is no JSON object: \(Printable.text(answer.prefix(200)))")
        }
        return (object, Printable.text(answer.prefix(200)))
    }

    private func send(_ line: Data) throws(BroughtFailure) {
        let written = line.withUnsafeBytes {
            write(input.fileHandleForWriting.fileDescriptor, $0.baseAddress, $0.count)
        }
        guard written == line.count else { throw BroughtFailure(text: ending) }
    }

    private func readLine() throws(BroughtFailure) -> [UInt8] {
        let deadline = Date().addingTimeInterval(Double(patienceMilliseconds) / 1_000)
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(unread[..<end])
                unread.removeFirst(end + 1)
                return line
            }
            guard unread.count <= Self.maximumLineByteCount else {
                throw BroughtFailure(text: "its line is longer than \(Self.maximumLineByteCount) bytes")
            }
            try receive(until: deadline)
        }
    }

    private func receive(until deadline: Date) throws(BroughtFailure) {
        let descriptor = output.fileHandleForReading.fileDescriptor
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let left = Int32(max(0, deadline.timeIntervalSinceNow * 1_000))
        let ready = poll(&wanted, 1, left)
        if ready < 0, errno == EINTR { return }
        guard ready > 0 else {
            throw BroughtFailure(
                text: "it does not answer within \(patienceMilliseconds) ms; --patience lets it take longer")
        }
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { return }
        guard count > 0 else { throw BroughtFailure(text: ending) }
        unread += buffer[..<count]
    }

    /// How it ended; it has, or is about to.
    private var ending: String {
        let deadline = Date().addingTimeInterval(0.5)
        while process.isRunning, Date() < deadline { usleep(5_000) }
        guard !process.isRunning else { return "it closed its input or output" }
        let manner = process.terminationReason == .exit ? "exit code" : "signal"
        return "it ended instead of answering, with \(manner) \(process.terminationStatus)"
    }
}

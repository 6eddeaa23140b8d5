import DecreeLearning
import Foundation
import PaxosBase
import PaxosSynod

/// An acceptor that is a program of its own: it reads a line of JSON from its standard input and answers with one.
final class ChildAcceptor: BroughtAcceptor {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let patienceMilliseconds: Int
    private var unread: [UInt8] = []

    private static let maximumLineByteCount = 64 << 10

    /// Starts it.
    /// - Parameter command: For the shell.
    init(command: String, patienceMilliseconds: Int) throws(BroughtFailure) {
        self.patienceMilliseconds = patienceMilliseconds
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.standardInput = input
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw BroughtFailure(text: "it cannot be started: \(error.localizedDescription)")
        }
    }

    /// Ends it, and whatever it started.
    func end() {
        try? input.fileHandleForWriting.close()
        let identity = process.processIdentifier
        // Its process group, if it leads one, then itself.
        if getpgid(identity) == identity { kill(-identity, SIGKILL) }
        kill(identity, SIGKILL)
        process.waitUntilExit()
    }

    func start(acceptor: Int) throws(BroughtFailure) {
        let answer = try exchange(["type": "start", "acceptor": acceptor])
        guard answer.object["type"] as? String == "started" else {
            throw BroughtFailure(text: #"to a start it answers {"type":"started"}, not \#(answer.line)"#)
        }
    }

    func answer(_ request: SynodMessage) throws(BroughtFailure) -> SynodMessage {
        let answer = try exchange(AcceptorJSON.object(request))
        guard let message = AcceptorJSON.message(answer.object, to: request) else {
            throw BroughtFailure(text: "its answer is not one that Docs/ACCEPTOR.md tells of: \(answer.line)")
        }
        return message
    }

    // MARK: Lines

    private func exchange(_ request: [String: Any]) throws(BroughtFailure) -> (object: [String: Any], line: String) {
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

/// Requests and answers as JSON.
enum AcceptorJSON {
    /// - Parameter request: To prepare or to accept.
    static func object(_ request: SynodMessage) -> [String: Any] {
        switch request {
        case .prepare(let ballot): ["type": "prepare", "ballot": array(ballot)]
        case .accept(let proposal): ["type": "accept", "ballot": array(proposal.ballot), "value": text(proposal.value)]
        case .promise, .accepted, .refused, .chosen, .ask: [:]
        }
    }

    /// - Returns: nil for what is no answer.
    static func message(_ object: [String: Any], to request: SynodMessage) -> SynodMessage? {
        switch object["type"] as? String {
        case "promise":
            guard let ballot = ballot(object["ballot"]) else { return nil }
            guard let accepted = object["accepted"], !(accepted is NSNull) else {
                return .promise(ballot, accepted: nil)
            }
            return (accepted as? [String: Any]).flatMap(proposal).map { .promise(ballot, accepted: $0) }
        case "accepted": return proposal(object).map { .accepted($0) }
        case "refused":
            guard let promised = ballot(object["promised"]) else { return nil }
            switch request {
            case .prepare(let ballot): return .refused(ballot, promised: promised)
            case .accept(let proposal): return .refused(proposal.ballot, promised: promised)
            case .promise, .accepted, .refused, .chosen, .ask: return nil
            }
        default: return nil
        }
    }

    private static func proposal(_ object: [String: Any]) -> Proposal? {
        guard let ballot = ballot(object["ballot"]), let value = object["value"] as? String else { return nil }
        return Proposal(ballot: ballot, value: Payload(value.utf8))
    }

    /// Numbers that a small world can hold; proposers are counted from 0.
    private static func ballot(_ value: Any?) -> Ballot? {
        guard let numbers = value as? [Int], numbers.count == 2, numbers.allSatisfy((0...200).contains) else {
            return nil
        }
        return Ballot(number: UInt64(numbers[0]), identity: NodeID(UInt64(numbers[1] + 1)))
    }

    private static func array(_ ballot: Ballot) -> [Int] { [Int(ballot.round), Int(ballot.node.rawValue) - 1] }

    private static func text(_ value: Payload) -> String { String(decoding: value.bytes, as: UTF8.self) }
}

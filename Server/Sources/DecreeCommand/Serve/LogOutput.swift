import DecreeEtcd
import Foundation
import Logging
import Synchronization

/// Writes log lines to stderr, stdout or files: one JSON object per line as etcd does, or lines for people.
struct LogOutput: LogHandler {
    enum Format: String, Sendable {
        case json, console
    }

    let label: String
    let format: Format
    let sinks: LogSinks
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let caller = "\(Self.lastComponents(event.file)):\(event.line)"
        sinks.write(line(event.level, caller, "\(event.message)", fields)) { missed in
            line(.warning, caller, "nobody took what was written to the log: \(missed) lines are missing here", [])
        }
    }

    private func line(
        _ level: Logger.Level, _ caller: String, _ message: String,
        _ fields: [(key: String, value: Logger.MetadataValue)]
    ) -> String {
        let level = Self.name(of: level)
        let time = Self.timestamp()
        var line: String
        switch format {
        case .json:
            line = #"{"level":"\#(level)","ts":"\#(time)","caller":"\#(caller)","msg":"#
            line += JSONText.quoted(message)
            for (key, value) in fields { line += "," + Self.pair(key, value) }
            line += "}\n"
        case .console:
            line = "\(time)\t\(level)\t\(caller)\t\(message)"
            if !fields.isEmpty {
                let pairs = fields.map { "\(JSONText.quoted($0.key)): \(Self.json($0.value))" }
                line += "\t{" + pairs.joined(separator: ", ") + "}"
            }
            line += "\n"
        }
        return line
    }

    /// Etcd's names of levels.
    private static func name(of level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "debug"
        case .info, .notice: "info"
        case .warning: "warn"
        case .error: "error"
        case .critical: "fatal"
        }
    }

    private static func lastComponents(_ file: String) -> String {
        file.split(separator: "/").suffix(2).joined(separator: "/")
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): JSONText.quoted(text)
        case .stringConvertible(let value): JSONText.quoted("\(value)")
        case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let fields):
            "{" + fields.sorted { $0.key < $1.key }.map { pair($0.key, $0.value) }.joined(separator: ",") + "}"
        }
    }

    private static func pair(_ key: String, _ value: Logger.MetadataValue) -> String {
        "\(JSONText.quoted(key)):\(json(value))"
    }

    /// `2026-01-02T03:04:05.678Z`.
    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        func pad(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = "\(Int(parts.tm_year) + 1900)-\(pad(Int(parts.tm_mon) + 1, 2))-\(pad(Int(parts.tm_mday), 2))"
        let time = "\(pad(Int(parts.tm_hour), 2)):\(pad(Int(parts.tm_min), 2)):\(pad(Int(parts.tm_sec), 2))"
        return "\(date)T\(time).\(pad(now.tv_nsec / 1_000_000, 3))Z"
    }
}

/// Where lines go: file descriptors, written under a lock so that lines do not mix.
///
/// Lines are written by the threads that have something to say, the node's own among them. So nobody waits for whoever reads
/// a pipe or a terminal: what it does not take is left out and counted, and the count comes first when it takes lines again.
final class LogSinks: Sendable {
    private struct Sink {
        let descriptor: Int32
        var missed = 0
    }

    private let sinks: Mutex<[Sink]>
    /// A pipe that can be written takes as much without waiting.
    private static let pieceByteCount = Int(PIPE_BUF)

    /// - Parameter outputs: `default`, `stderr`, `stdout` or paths of files, which are appended to.
    /// - Throws: `ServeFailure` when a file cannot be opened.
    init(_ outputs: [String]) throws(ServeFailure) {
        var descriptors: [Int32] = []
        for output in outputs {
            switch output {
            case "default", "stderr": descriptors.append(STDERR_FILENO)
            case "stdout": descriptors.append(STDOUT_FILENO)
            default:
                let descriptor = open(output, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
                guard descriptor >= 0 else {
                    throw ServeFailure("cannot open log output \(output): \(String(cString: strerror(errno)))")
                }
                descriptors.append(descriptor)
            }
        }
        sinks = Mutex(descriptors.map { Sink(descriptor: $0) })
    }

    /// - Parameter note: The line that tells how many were left out.
    func write(_ line: String, note: (Int) -> String) {
        sinks.withLock { sinks in
            for index in sinks.indices {
                if sinks[index].missed > 0, Self.put(note(sinks[index].missed), to: sinks[index].descriptor) {
                    sinks[index].missed = 0
                }
                if sinks[index].missed > 0 || !Self.put(line, to: sinks[index].descriptor) { sinks[index].missed += 1 }
            }
        }
    }

    /// - Returns: Whether anything of it was taken, or nothing ever will be.
    private static func put(_ line: String, to descriptor: Int32) -> Bool {
        var line = line
        return line.withUTF8 { bytes in
            var offset = 0
            while offset < bytes.count, isReady(descriptor) {
                let count = min(pieceByteCount, bytes.count - offset)
                let written = Foundation.write(descriptor, bytes.baseAddress! + offset, count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return true }
                offset += written
            }
            return offset > 0
        }
    }

    private static func isReady(_ descriptor: Int32) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&wanted, 1, 0) != 0
    }
}

/// Why the server does not start, or ended: one line for people.
struct ServeFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

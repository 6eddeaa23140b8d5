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
        let level = Self.name(of: event.level)
        let time = Self.timestamp()
        var line: String
        switch format {
        case .json:
            line = #"{"level":"\#(level)","ts":"\#(time)","caller":"\#(caller)","msg":"#
            line += JSONText.quoted("\(event.message)")
            for (key, value) in fields { line += "," + Self.pair(key, value) }
            line += "}\n"
        case .console:
            line = "\(time)\t\(level)\t\(caller)\t\(event.message)"
            if !fields.isEmpty {
                let pairs = fields.map { "\(JSONText.quoted($0.key)): \(Self.json($0.value))" }
                line += "\t{" + pairs.joined(separator: ", ") + "}"
            }
            line += "\n"
        }
        sinks.write(line)
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
final class LogSinks: Sendable {
    private let descriptors: [Int32]
    private let lock = Mutex(())

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
        self.descriptors = descriptors
    }

    func write(_ line: String) {
        var line = line
        lock.withLock { _ in
            line.withUTF8 { bytes in
                for descriptor in descriptors {
                    var offset = 0
                    while offset < bytes.count {
                        let written = Foundation.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
                        guard written > 0 else { break }
                        offset += written
                    }
                }
            }
        }
    }
}

/// Why the server does not start, or ended: one line for people.
struct ServeFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

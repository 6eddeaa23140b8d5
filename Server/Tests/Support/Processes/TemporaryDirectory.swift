import Foundation
import Synchronization

/// A directory that lives as long as a test needs it.
///
/// The name bears the process id, so that what a killed test run left behind is found and removed by the next one.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init(_ label: String) throws {
        Self.leftovers
        let number = Self.counter.withLock { count in
            count += 1
            return count
        }
        path = NSTemporaryDirectory() + "/\(Self.prefix)\(getpid())-\(number)-\(label)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    public func path(_ name: String) -> String { path + "/" + name }

    public func remove() { try? FileManager.default.removeItem(atPath: path) }

    deinit { remove() }

    private static let prefix = "decree-test-"
    private static let counter = Mutex(0)

    /// Removes, once per process, the directories of test processes that are gone.
    private static let leftovers: Void = {
        let root = NSTemporaryDirectory()
        for name in (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [] where name.hasPrefix(prefix) {
            guard let pid = pid_t(name.dropFirst(prefix.count).prefix { $0 != "-" }) else { continue }
            if kill(pid, 0) != 0, errno == ESRCH { try? FileManager.default.removeItem(atPath: root + "/" + name) }
        }
    }()
}

/// Every file below a directory with its checksum: equal before and after means nothing changed.
public func fingerprint(of directory: String) throws -> [String: String] {
    let command = ["find", ".", "-type", "f", "-exec", "sha256sum", "{}", "+"]
    let result = try runCommand(command, directory: directory)
    guard result.succeeded else { throw LaunchFailure(description: "\(result)") }
    let entries = result.output.split(separator: "\n").map { line in
        (String(line.drop { $0 != " " }.drop { $0 == " " }), String(line.prefix { $0 != " " }))
    }
    return Dictionary(uniqueKeysWithValues: entries)
}

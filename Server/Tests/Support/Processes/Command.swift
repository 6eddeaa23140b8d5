import Foundation

/// What a command wrote and how it ended.
public struct CommandResult: Sendable, CustomStringConvertible {
    public let command: [String]
    public let status: ExitStatus
    public let outputBytes: [UInt8]
    public let errorBytes: [UInt8]

    public var output: String { String(decoding: outputBytes, as: UTF8.self) }
    public var error: String { String(decoding: errorBytes, as: UTF8.self) }
    public var succeeded: Bool { status == .exited(0) }

    public var description: String {
        "\(command.joined(separator: " ")): \(status)\n--- stdout\n\(output)\n--- stderr\n\(error)"
    }
}

/// Runs a command to its end.
///
/// - Parameters:
///   - input: what it reads from standard input.
///   - limit: after it the command is killed and ``TimedOut`` thrown.
public func runCommand(
    _ command: [String], input: String? = nil, directory: String? = nil, environment: [String: String?] = [:],
    within limit: Duration = .seconds(30)
) throws -> CommandResult {
    let scratch = try TemporaryDirectory("command")
    defer { scratch.remove() }
    var options = LaunchOptions(output: scratch.path("out"), error: scratch.path("err"))
    options.directory = directory
    options.environment = environment
    if let input {
        options.input = scratch.path("in")
        try input.write(toFile: scratch.path("in"), atomically: false, encoding: .utf8)
    }
    let process = try ChildProcess.launch(command, label: command.joined(separator: " "), options)
    defer { process.destroy() }
    let status = try process.wait(within: limit)
    return CommandResult(
        command: command, status: status,
        outputBytes: try readFile(options.output), errorBytes: try readFile(options.error))
}

public func readFile(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

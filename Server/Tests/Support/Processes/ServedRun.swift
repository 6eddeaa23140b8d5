import Foundation

/// A run that `decree learn` or `decree simulate` serves to browsers.
public struct ServedRun {
    /// Where, on loopback.
    public let port: Int
    private let process: ChildProcess
    private let scratch: TemporaryDirectory

    /// Returns once it is served.
    /// - Parameter words: The command with its options.
    public init(_ words: [String]) throws {
        scratch = try TemporaryDirectory("served")
        let options = LaunchOptions(output: scratch.path("out"), error: scratch.path("err"))
        let output = options.output
        process = try ChildProcess.launch(
            [try Tools.decree.get()] + words, label: words.joined(separator: " "), options)
        port = try eventually("the run is served", within: .seconds(60), every: .milliseconds(20)) {
            let said = String(decoding: try readFile(output), as: UTF8.self)
            return said.split(separator: "http://127.0.0.1:").dropFirst().first.flatMap { Int($0.prefix { $0 != "/" }) }
        }
    }

    /// - Returns: How it ended.
    public func stop(_ signal: Int32) throws -> ExitStatus {
        defer {
            process.destroy()
            scratch.remove()
        }
        process.send(signal)
        return try process.wait(within: .seconds(20))
    }
}

import ArgumentParser
import Foundation

/// `decree serve`: its flags are etcd's, so they are read by ``ServeInvocation`` instead of the argument parser.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run one member of a cluster.",
        discussion: "decree serve --help lists its flags.", helpNames: [])

    @Argument(parsing: .captureForPassthrough)
    var arguments: [String] = []

    func run() async throws {
        let invocation: ServeInvocation
        do throws(ServeRefusal) {
            invocation = try ServeInvocation.resolve(
                arguments, environment: ProcessInfo.processInfo.environment,
                readFile: { try? String(contentsOfFile: $0, encoding: .utf8) },
                isBegun: { StoreNode.isBegun(directory: $0) })
        } catch {
            StandardError.write("decree serve: \(error)\n")
            if error.code == .badFlag { StandardError.write("decree serve --help lists the flags.\n") }
            throw ExitCode(error.code.exit.rawValue)
        }
        switch invocation {
        case .show(let text): Output.write(text + "\n")
        case .run(let options):
            let code = await Server.run(options)
            if code != .stopped { throw ExitCode(code.rawValue) }
        }
    }
}

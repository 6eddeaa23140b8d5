import ArgumentParser
import DecreeEtcd
import Foundation

/// The program: one command line for the server and for those who use it.
@main
struct Program: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decree",
        abstract: "A replicated key-value store that speaks the etcd v3 API, and its command line.",
        discussion: """
            decree serve starts a server; the other commands talk to one, but for decree simulate and decree learn.
            Try: decree serve, and in another window: decree put greeting hello, then decree get greeting.

            Exit codes: 0 done, 1 the request failed or the server cannot run, 2 the command line makes no sense,
            3 the key does not exist; decree serve and decree simulate have more, which their --help tells.
            """,
        version: ServeHelp.version,
        subcommands: [
            ServeCommand.self, GetCommand.self, PutCommand.self, DeleteCommand.self, TxnCommand.self,
            CompactCommand.self, StatusCommand.self, MembersCommand.self, SimulateCommand.self, LearnCommand.self,
            VersionCommand.self,
        ])

    /// The argument parser would complain of an option that the command does not have, instead of the command.
    private static func refuseUnknownCommand(_ word: String?) {
        guard let word, !word.hasPrefix("-"), word != "help" else { return }
        let known = configuration.subcommands.map { $0._commandName }
        guard !known.contains(word) else { return }
        StandardError.write("decree: there is no command '\(word)'; decree --help lists them all\n")
        exit(withError: ExitCode(ClientFailure.Code.usage.rawValue))
    }

    /// Arguments are bytes. What is not UTF-8 among them would be repaired on its way into a text, and the command would
    /// be about another key than the one that was given.
    private static func refuseUnreadableArguments() {
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = CommandLine.unsafeArgv[index], String(validatingCString: argument) == nil else {
                continue
            }
            let bytes = UnsafeRawBufferPointer(start: argument, count: strlen(argument))
            StandardError.write(
                """
                decree: argument \(index) is not valid UTF-8: \(Printable.text(bytes))
                get, put and del take keys in hexadecimal digits with --hex; put reads a value from standard input

                """)
            Exit.now(ClientFailure.Code.usage.rawValue)
        }
    }

    /// Runs the command that the arguments name, and ends the process with one of the exit codes above: the argument
    /// parser's own code for bad usage is another one.
    static func main() async {
        StandardStreams.fillGaps()
        // A file that must not grow is an error of its own, too.
        signal(SIGXFSZ, SIG_IGN)
        // Output whose reader has gone is an error to be told apart, not a signal that comes at some point or other.
        signal(SIGPIPE, SIG_IGN)
        refuseUnreadableArguments()
        refuseUnknownCommand(CommandLine.arguments.dropFirst().first)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as ClientFailure {
            StandardError.write("decree: \(failure)\n")
            if !failure.nextStep.isEmpty { StandardError.write("\(failure.nextStep)\n") }
            exit(withError: ExitCode(failure.code.rawValue))
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            StandardError.write(fullMessage(for: error) + "\n")
            exit(withError: ExitCode(ClientFailure.Code.usage.rawValue))
        }
    }
}

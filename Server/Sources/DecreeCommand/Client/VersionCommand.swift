import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the versions.")

    func run() { Output.write(ServeHelp.version + "\n") }
}

/// A program that takes etcd's flags: ours or the real one.
public struct ServerProgram: Sendable {
    public let name: String
    /// What stands before the flags.
    public let command: [String]

    public init(name: String, command: [String]) {
        self.name = name
        self.command = command
    }

    public static func decree() throws -> ServerProgram {
        ServerProgram(name: "decree", command: [try Tools.decree.get(), "serve"])
    }

    public static func etcd() throws -> ServerProgram {
        ServerProgram(name: "etcd", command: [try Tools.etcd.get()])
    }
}

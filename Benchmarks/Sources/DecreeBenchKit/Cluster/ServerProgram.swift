/// A server that can be benchmarked.
public struct ServerProgram: Sendable, Hashable {
    /// The name in the report.
    public let name: String
    /// Path of the executable.
    public let path: String
    /// What comes before the flags.
    let command: [String]

    /// The server of this repository.
    public static func decree(path: String) -> ServerProgram {
        ServerProgram(name: "decree", path: path, command: ["serve"])
    }

    /// The peer that it is compared with.
    public static func etcd(path: String) -> ServerProgram {
        ServerProgram(name: "etcd", path: path, command: [])
    }

    /// The arguments that start one node. Both servers take the same flags; all that is not said here is left at its
    /// default, so both sync every write to disk before they acknowledge it.
    func arguments(for node: ClusterNode, of nodes: [ClusterNode]) -> [String] {
        command + [
            "--name", node.name,
            "--data-dir", node.directory,
            "--listen-client-urls", node.clientURL,
            "--advertise-client-urls", node.clientURL,
            "--listen-peer-urls", node.peerURL,
            "--initial-advertise-peer-urls", node.peerURL,
            "--initial-cluster", nodes.map { "\($0.name)=\($0.peerURL)" }.joined(separator: ","),
            "--initial-cluster-token", "bench",
            "--initial-cluster-state", "new",
        ]
    }
}

/// The addresses and files of one node.
struct ClusterNode: Sendable {
    let name: String
    let clientPort: Int
    let peerPort: Int
    let directory: String
    let log: String

    var clientURL: String { "http://127.0.0.1:\(clientPort)" }
    var peerURL: String { "http://127.0.0.1:\(peerPort)" }
}

import DecreeLearning
import Foundation
import PaxosSynod

/// An acceptor that is a program of its own, which is killed and started again with what it kept in a folder.
final class ChildAcceptor: BroughtAcceptor {
    private let command: String
    private let patienceMilliseconds: Int
    private let folder: URL
    private var life: ChildLife

    /// Tells a program where it may keep what it must not forget.
    static let folderVariable = "DECREE_ACCEPTOR_FOLDER"

    /// Starts it, with an empty folder.
    /// - Parameter command: For the shell.
    init(command: String, patienceMilliseconds: Int) throws(BroughtFailure) {
        self.command = command
        self.patienceMilliseconds = patienceMilliseconds
        folder = Self.place.appendingPathComponent("decree-acceptor-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw BroughtFailure(text: "it cannot be given a folder: \(error.localizedDescription)")
        }
        do throws(BroughtFailure) {
            life = try Self.live(command, in: folder, patienceMilliseconds)
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    /// In memory where the system offers that: a program that waits for its disk at each answer would take minutes, and no
    /// power is lost here.
    private static var place: URL {
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        return isThere ? URL(fileURLWithPath: memory) : FileManager.default.temporaryDirectory
    }

    private static func live(_ command: String, in folder: URL, _ patience: Int) throws(BroughtFailure) -> ChildLife {
        var environment = ProcessInfo.processInfo.environment
        environment[folderVariable] = folder.path
        return try ChildLife(command: command, environment: environment, patienceMilliseconds: patience)
    }

    /// Ends it for good, and removes its folder.
    func end() {
        life.end()
        try? FileManager.default.removeItem(at: folder)
    }

    func start(acceptor: Int) throws(BroughtFailure) {
        let answer = try life.exchange(["type": "start", "acceptor": acceptor])
        guard answer.object["type"] as? String == "started" else {
            throw BroughtFailure(text: #"to a start it answers {"type":"started"}, not \#(answer.line)"#)
        }
    }

    func restart() throws(BroughtFailure) {
        life.end()
        life = try Self.live(command, in: folder, patienceMilliseconds)
    }

    func answer(_ request: SynodMessage) throws(BroughtFailure) -> SynodMessage {
        let answer = try life.exchange(AcceptorJSON.object(request))
        guard let message = AcceptorJSON.message(answer.object, to: request) else {
            throw BroughtFailure(text: "its answer is not one that Docs/ACCEPTOR.md tells of: \(answer.line)")
        }
        return message
    }
}

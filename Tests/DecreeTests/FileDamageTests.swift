import Decree
import PaxosBase
import Testing

@testable import Decree

/// Damage to any one file of a data directory while its node is down.
@Suite(.serialized)
struct FileDamageTests {
    enum End: CaseIterable {
        case stopped
        /// The directory as it was at some moment while the node ran.
        case killed
    }

    /// The files of a data directory by their paths in it.
    private typealias Image = [String: [UInt8]]

    /// What a node left behind.
    private struct Remains {
        var image: Image = [:]
        /// The same at an earlier moment.
        var older: Image = [:]
        var cluster: TestCluster
    }

    private static let lineCount = 60

    private func image(of path: String) throws -> Image {
        var image: Image = [:]
        for name in try FileSystem.list(path) {
            if ["journal", "snapshots"].contains(name) {
                for (file, bytes) in try self.image(of: "\(path)/\(name)") { image["\(name)/\(file)"] = bytes }
            } else if name != "lock" {
                image[name] = try FileSystem.readFile("\(path)/\(name)")
            }
        }
        return image
    }

    private func lay(_ image: Image, at path: String) throws {
        TemporaryDirectory.remove(path)
        try FileSystem.makeDirectory(path)
        for folder in ["journal", "snapshots"] { try FileSystem.makeDirectory("\(path)/\(folder)") }
        for (name, bytes) in image { try FileSystem.writeFile("\(path)/\(name)", bytes) }
    }

    /// Several segments, two snapshots, and lines that stand in the newest segment alone.
    private func remains(_ end: End) async throws -> Remains {
        var remains = Remains(cluster: try await TestCluster(size: 1) { $0.journalSegmentBytes = 32 << 10 })
        let cluster = remains.cluster
        try await cluster.startAll()
        for number in 0..<Self.lineCount {
            let text = "k\(number)=\(number)" + String(repeating: "x", count: 1_500)
            try await cluster.write(text, through: 0)
            if number == 20 || number == 40 {
                let taken = cluster[0].status.snapshot.taken
                cluster[0].snapshotNow()
                try await eventually("a snapshot") { cluster[0].status.snapshot.taken > taken }
            }
            if number == 50 { remains.older = try self.image(of: cluster.path(0)) }
        }
        if end == .killed {
            // Longer than the pause after which an idle journal anchors what it has.
            try await ContinuousClock().sleep(for: .milliseconds(400))
            remains.image = try image(of: cluster.path(0))
        }
        await cluster.stop(0, graceful: true)
        if end == .stopped { remains.image = try image(of: cluster.path(0)) }
        return remains
    }

    private func damages(of remains: Remains) -> [(name: String, image: Image)] {
        var damages: [(name: String, image: Image)] = []
        let files = remains.image.keys.sorted()
        for (place, file) in files.enumerated() {
            guard let whole = remains.image[file] else { continue }
            func add(_ name: String, _ bytes: [UInt8]?) {
                var image = remains.image
                image[file] = bytes
                damages.append(("\(file) \(name)", image))
            }
            add("gone", nil)
            add("zeroed", [UInt8](repeating: 0, count: whole.count))
            for count in [0, 1, whole.count / 3, whole.count - 1] { add("cut at \(count)", Array(whole.prefix(count))) }
            if let older = remains.older[file], older != whole { add("as it was", older) }
            let other = files[(place + 1) % files.count]
            var image = remains.image
            image[file] = remains.image[other]
            image[other] = whole
            damages.append(("\(file) swapped with \(other)", image))
        }
        return damages
    }

    @Test(
        "After any damage to one file a node has all that was acknowledged and durably marked, or refuses to start",
        arguments: End.allCases)
    func singleFiles(end: End) async throws {
        let remains = try await remains(end)
        let cluster = remains.cluster
        #expect(remains.image.keys.count { $0.hasSuffix(".segment") } >= 3 && remains.image["journal/anchor"] != nil)
        var (refused, served) = (0, 0)
        for (name, image) in damages(of: remains) {
            try lay(image, at: cluster.path(0))
            do {
                try await cluster.start(0)
            } catch let error as NodeError {
                #expect(!error.description.contains("\n") && error.description.contains(cluster.path(0)), "\(name)")
                refused += 1
                continue
            }
            served += 1
            for number in [0, 30, 45, Self.lineCount - 1] {
                let line = try await cluster.line("k\(number)", through: 0)
                #expect(line?.hasPrefix("\(number)x") == true, "\(name): line \(number)")
            }
            await cluster.stop(0)
        }
        #expect(refused >= 20 && served >= 5, "\(refused) refused, \(served) served")
    }
}

extension FileSystem {
    fileprivate static func writeFile(_ path: String, _ bytes: [UInt8]) throws {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        try replaceFile(
            directory: parts.dropLast().joined(separator: "/"), name: String(parts.last ?? ""), bytes: bytes)
    }
}

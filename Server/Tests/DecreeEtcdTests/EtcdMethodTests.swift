import Foundation
import Testing

@testable import DecreeEtcd

@Suite struct EtcdMethodTests {
    @Test("Every row stands at its method's place and is found by its path")
    func rowsMatchCases() {
        #expect(EtcdMethod.table.count == EtcdMethod.allCases.count)
        for method in EtcdMethod.allCases {
            #expect(method.row.method == method)
            #expect(EtcdMethod(path: method.path) == method)
        }
    }

    @Test("A path of no service is a stranger")
    func strangers() {
        for path in ["", "/", "/etcdserverpb.KV/", "/etcdserverpb.KV/Rang", "etcdserverpb.KV/Range"] {
            #expect(EtcdMethod(path: path) == nil)
        }
    }

    @Test("The table and the proto files name the same methods with the same kinds")
    func tableMatchesProtoFiles() throws {
        let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Proto")
        var declared: [String: EtcdMethod.Kind] = [:]
        for file in ["rpc", "lock", "election", "health"] {
            let text = try String(contentsOf: folder.appending(path: "\(file).proto"), encoding: .utf8)
            declared.merge(methods(in: text)) { first, _ in first }
        }
        let listed = Dictionary(uniqueKeysWithValues: EtcdMethod.table.map { ($0.path, $0.kind) })
        #expect(declared == listed)
    }

    private func methods(in text: String) -> [String: EtcdMethod.Kind] {
        var package = ""
        var service = ""
        var found: [String: EtcdMethod.Kind] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: { " (;".contains($0) }).map(String.init)
            switch words.first {
            case "package": package = words[1]
            case "service": service = words[1]
            case "rpc":
                let isBidirectional = line.components(separatedBy: "(stream").count == 3
                let streams = line.contains("returns (stream")
                found["/\(package).\(service)/\(words[1])"] =
                    isBidirectional ? .bidirectional : streams ? .serverStream : .unary
            default: break
            }
        }
        return found
    }
}

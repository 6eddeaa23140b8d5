import Foundation
import Testing

/// A role that somebody else assigns could lie: `isLeading` would see one thing and the handler under way another.
@Suite("Roles")
struct RoleTests {
    /// Assigns the role or takes it as `inout`, where it could be assigned.
    static func changesRole(_ line: String) -> Bool {
        let code = line.components(separatedBy: "//")[0]
        let isDeclaration = code.contains("var role = ") || code.contains("let role = ")
        let assigns = code.range(of: #"\brole\s*=[^=]"#, options: .regularExpression) != nil
        let lends = code.range(of: #"(?<!&)&([A-Za-z]+\.)*role\b"#, options: .regularExpression) != nil
        return assigns && !isDeclaration || lends
    }

    /// Exchanges or drops what a role holds, past its constructors.
    static func changesPayload(_ line: String) -> Bool {
        let code = line.components(separatedBy: "//")[0]
        return code.range(of: #"\brole\.(leader|candidate)\s*=[^=]"#, options: .regularExpression) != nil
            || code.range(of: #"(?<!&)&([A-Za-z]+\.)*role\.(leader|candidate)\b"#, options: .regularExpression) != nil
    }

    @Test("Only Replica assigns the role")
    func onlyReplicaAssigns() {
        let files = SourceTree.swiftFiles(below: "Sources/PaxosLog")
        #expect(files.contains { $0.lastPathComponent == "Replica+Roles.swift" })
        for file in files {
            for (number, line) in SourceTree.lines(of: file).enumerated() {
                let place = "\(file.lastPathComponent):\(number + 1)"
                if !file.lastPathComponent.hasPrefix("Replica") { #expect(!Self.changesRole(line), "\(place)") }
                #expect(!Self.changesPayload(line), "\(place)")
            }
        }
    }

    @Test("The test sees a role that is assigned or lent")
    func notices() {
        for line in ["role = .follower", "era.role = .leader(leader)", "self.role=x", "swap(&era.role, &other)"] {
            #expect(Self.changesRole(line), "\(line)")
        }
        for line in ["if role == .follower {", "var role = Role.follower", "// role = .follower", "controlRole = 1"] {
            #expect(!Self.changesRole(line), "\(line)")
        }
        #expect(Self.changesPayload("era.role.leader = nil"))
        #expect(Self.changesPayload("change(&role.candidate)"))
        #expect(!Self.changesPayload("if era.role.leader == nil {"))
    }
}

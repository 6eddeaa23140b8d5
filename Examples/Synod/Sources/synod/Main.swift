import Glibc
import PaxosBase
import SynodExample

/// One process: `synod IDENTITY FIRST-PORT DIRECTORY [VALUE]`.
@main
struct Main {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 4 || arguments.count == 5, let identity = Int(arguments[1]),
            Cast.identities.contains(identity), let firstPort = UInt16(arguments[2]), firstPort <= 65_000
        else {
            say("usage: synod IDENTITY FIRST-PORT DIRECTORY [VALUE]")
            say("proposers are 1 and 2 (with a value), acceptors 3, 4 and 5, the learner is 6")
            exit(2)
        }
        do {
            let cast = Cast(firstPort: firstPort)
            let host = try Host(
                NodeID(UInt64(identity)), of: cast, directory: arguments[3],
                value: arguments.count == 5 ? arguments[4] : nil)
            host.run()
        } catch {
            say("synod: \(error)")
            exit(1)
        }
    }
}

import DecreeEtcd
import Foundation
import SwiftProtobuf

/// Prints answers.
enum Output {
    /// One object on one line.
    static func json(_ message: some Message) throws(ClientFailure) {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        do {
            write(try message.jsonString(options: options) + "\n")
        } catch {
            throw ClientFailure(.failed, "the answer cannot be written as JSON: \(error)")
        }
    }

    /// A table of keys.
    static func table(_ keyValues: [MVCCKeyValue], withValues: Bool = true) -> String {
        var table = Table(["KEY"] + (withValues ? ["VALUE"] : []) + ["VERSION", "CREATED", "MODIFIED", "LEASE"])
        for kv in keyValues {
            table.add(
                [Printable.text(kv.key)] + (withValues ? [Printable.text(kv.value)] : []) + [
                    "\(kv.version)", "\(kv.createRevision)", "\(kv.modRevision)",
                    kv.lease == 0 ? "" : String(kv.lease, radix: 16),
                ])
        }
        return table.text
    }
}

import ArgumentParser
import DecreeEtcd
import Foundation

/// Reads a transaction as etcdctl writes it: comparisons, then what to do if all hold, then what to do otherwise, each
/// ended by an empty line.
///
/// ```
/// mod("greeting") = "0"
///
/// put greeting hello
///
/// get greeting
/// ```
enum TxnScript {
    static func parse(_ text: String) throws(ClientFailure) -> EtcdTxnRequest {
        var request = EtcdTxnRequest()
        var section = 0
        // A line break of Windows is one character of its own.
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (number, raw) in lines.enumerated() {
            let line = raw.trimmed
            if line.isEmpty {
                section += 1
                continue
            }
            do throws(ClientFailure) {
                switch section {
                case 0: request.compare.append(try compare(line))
                case 1: request.success.append(try operation(line))
                case 2: request.failure.append(try operation(line))
                default: throw ClientFailure(.usage, "there are more than three sections")
                }
            } catch {
                throw ClientFailure(.usage, "line \(number + 1): \(error)", nextStep: "see decree txn --help")
            }
        }
        return request
    }

    // MARK: - comparisons

    /// `target("key") relation "operand"`.
    static func compare(_ line: String) throws(ClientFailure) -> EtcdCompare {
        let malformed = ClientFailure(.usage, "not a comparison such as mod(\"key\") = \"0\": \(line)")
        guard let open = line.firstIndex(of: "("), let close = closing(line, from: open) else { throw malformed }
        let words = try words(String(line[line.index(after: close)...]))
        let key = try self.words(String(line[line.index(after: open)..<close])).joined(separator: " ")
        guard words.count == 2, let relation = relations[words[0]] else { throw malformed }
        var compare = EtcdCompare()
        compare.key = Data(key.utf8)
        compare.result = relation
        try set(String(line[..<open]).trimmed.lowercased(), words[1], &compare)
        return compare
    }

    /// The parenthesis that ends the key, which may be quoted.
    private static func closing(_ line: String, from open: String.Index) -> String.Index? {
        var isQuoted = false
        var index = line.index(after: open)
        while index < line.endIndex {
            switch line[index] {
            case "\\" where isQuoted && line.index(after: index) < line.endIndex: index = line.index(after: index)
            case "\"": isQuoted.toggle()
            case ")" where !isQuoted: return index
            default: break
            }
            index = line.index(after: index)
        }
        return nil
    }

    private static let relations: [String: EtcdCompare.CompareResult] = [
        "=": .equal, "==": .equal, "!=": .notEqual, ">": .greater, "<": .less,
    ]

    private static func set(_ target: String, _ operand: String, _ compare: inout EtcdCompare) throws(ClientFailure) {
        if ["val", "value"].contains(target) {
            compare.target = .value
            compare.value = Data(operand.utf8)
            return
        }
        let radix = target == "lease" ? 16 : 10
        guard let number = Int64(operand, radix: radix) else {
            throw ClientFailure(.usage, "not a number to compare \(target) with: \(operand)")
        }
        switch target {
        case "ver", "version": (compare.target, compare.version) = (.version, number)
        case "c", "create": (compare.target, compare.createRevision) = (.create, number)
        case "m", "mod": (compare.target, compare.modRevision) = (.mod, number)
        case "lease": (compare.target, compare.lease) = (.lease, number)
        default: throw ClientFailure(.usage, "not one of version, create, mod, value, lease: \(target)")
        }
    }

    // MARK: - operations

    /// `get`, `put` or `del` with the arguments that the command of that name has.
    static func operation(_ line: String) throws(ClientFailure) -> EtcdRequestOp {
        let words = try words(line)
        let arguments = Array(words.dropFirst())
        do {
            switch words.first {
            case "get":
                let command = try GetCommand.parse(arguments)
                return .with { $0.requestRange = command.request }
            case "put":
                let command = try PutCommand.parse(arguments)
                guard command.value != nil || command.ignoreValue else {
                    throw ClientFailure(.usage, "put needs a key and a value")
                }
                return .with { $0.requestPut = command.request { Data() } }
            case "del":
                let command = try DeleteCommand.parse(arguments)
                return .with { $0.requestDeleteRange = command.request }
            default: throw ClientFailure(.usage, "not one of get, put, del: \(words.first ?? "")")
            }
        } catch let failure as ClientFailure {
            throw failure
        } catch {
            throw ClientFailure(.usage, "\(words[0]): \(Program.message(for: error))")
        }
    }

    /// The words of a line; one in double quotes may have blanks, and `\"`, `\\`, `\n`, `\t` in it.
    static func words(_ line: String) throws(ClientFailure) -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        var rest = line[...]
        while let character = rest.popFirst() {
            switch character {
            case "\"":
                isQuoted.toggle()
                word = word ?? ""
            case "\\" where isQuoted:
                guard let escaped = rest.popFirst() else { break }
                word = (word ?? "") + (escapes[escaped] ?? String(escaped))
            case _ where character.isWhitespace && !isQuoted:
                if let finished = word { words.append(finished) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        guard !isQuoted else { throw ClientFailure(.usage, "a quote is not closed: \(line)") }
        if let finished = word { words.append(finished) }
        return words
    }

    private static let escapes: [Character: String] = ["n": "\n", "t": "\t", "r": "\r"]
}

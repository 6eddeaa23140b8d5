import Glibc

/// Finds programs as a shell does.
public enum ProgramPath {
    /// The path of an executable: the name itself if it has a slash, else the first match in PATH.
    ///
    /// - Throws: `programMissing` with the hint, which says how to get the program.
    public static func find(_ name: String, hint: String) throws(BenchError) -> String {
        if name.contains("/") {
            guard access(name, X_OK) == 0 else { throw .programMissing("\(name) is not there: \(hint)") }
            return name
        }
        let folders = getenv("PATH").map { String(cString: $0) } ?? ""
        for folder in folders.split(separator: ":") where access("\(folder)/\(name)", X_OK) == 0 {
            return "\(folder)/\(name)"
        }
        throw .programMissing("\(name) is not in PATH: \(hint)")
    }
}

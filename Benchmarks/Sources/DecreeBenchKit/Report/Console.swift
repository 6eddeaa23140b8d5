import Glibc

/// Lines that are there at once, also when output goes to a file and the process is ended by a signal.
public enum Console {
    /// Writes a line to the standard output.
    public static func say(_ line: String) { write(line, to: STDOUT_FILENO) }

    /// Writes a line to the standard error output.
    public static func note(_ line: String) { write(line, to: STDERR_FILENO) }

    private static func write(_ line: String, to descriptor: Int32) {
        var rest = Array("\(line)\n".utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}

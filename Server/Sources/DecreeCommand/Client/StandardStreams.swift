import Foundation

/// The three descriptors that every process counts on.
enum StandardStreams {
    /// Whoever starts a process may have closed some of them. The next file or socket would bear such a number, and lines for
    /// people would be written into it.
    static func fillGaps() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest that is free, which is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }
}

/// Standard input, read to its end.
enum StandardInput {
    /// - Throws: What the system says when it cannot be read, a folder for instance.
    static func readAll() throws(ClientFailure) -> Data {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw ClientFailure(.failed, "standard input cannot be read: \(String(cString: strerror(errno)))")
            }
            if count == 0 { return data }
            data.append(contentsOf: buffer[..<count])
        }
    }
}

/// Where complaints go; there is nobody to complain to if they cannot be written.
enum StandardError {
    static func write(_ text: String) { _ = writeAll(Data(text.utf8), to: STDERR_FILENO) }
}

extension Output {
    static func write(_ text: String) { write(Data(text.utf8)) }

    /// Ends the process if the output takes no more: quietly when its reader has gone, as before `| head`, else with a
    /// line that says why.
    static func write(_ bytes: Data) {
        let problem = writeAll(bytes, to: STDOUT_FILENO)
        guard problem != 0 else { return }
        if problem == EPIPE { Exit.now(0) }
        StandardError.write("decree: standard output cannot be written: \(String(cString: strerror(problem)))\n")
        Exit.now(ClientFailure.Code.failed.rawValue)
    }
}

/// - Returns: The system's number for what went wrong; 0 if nothing did.
private func writeAll(_ bytes: Data, to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { bytes in
        var offset = 0
        while offset < bytes.count {
            let count = write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return errno }
            offset += count
        }
        return 0
    }
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A failed system call on a file.
struct FileError: Error {
    let path: String
    let operation: String
    let code: Int32

    init(_ operation: String, _ path: String) {
        self.path = path
        self.operation = operation
        self.code = errno
    }

    var reason: String { Self.text(of: code) }

    /// The system's words for an error number, in lower case as they stand within a sentence.
    static func text(of code: Int32) -> String { String(cString: strerror(code)).lowercased() }

    /// The disk or the quota is full: worth another try later.
    var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    var nodeError: NodeError { .fileSystem(path: path, operation: operation, reason: Self.advisedText(of: code)) }

    /// The system's words, and what an operator can do where the number tells.
    static func advisedText(of code: Int32) -> String {
        let advice: String? =
            switch code {
            case EACCES, EPERM: "give the node's user access to it"
            case EROFS: "mount the volume for writing"
            case ENOSPC, EDQUOT: "free some space"
            case EMFILE, ENFILE: "raise the limit of open files"
            case ENOENT, ENOTDIR: "check the path of the data directory"
            case EIO: "the disk is failing, replace this member"
            default: nil
            }
        return advice.map { "\(text(of: code)): \($0)" } ?? text(of: code)
    }
}

/// An open file, closed when it goes out of scope.
struct File: ~Copyable {
    let descriptor: Int32
    let path: String

    /// - Parameter flags: As for `open(2)`; `O_CLOEXEC` is added.
    init(path: String, flags: Int32, mode: UInt32 = 0o600) throws(FileError) {
        let descriptor = open(path, flags | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else { throw FileError("open", path) }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    borrowing func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var offset = 0
        while offset < bytes.count {
            let count = write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError("write", path)
            }
            offset += count
        }
    }

    /// Fills `buffer` from the file's current position as far as the file goes.
    /// - Returns: How many bytes were read; fewer than asked for only at the end of the file.
    borrowing func readFully(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var offset = 0
        while offset < buffer.count {
            let count = read(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError("read", path)
            }
            offset += count
        }
        return offset
    }

    borrowing func size() throws(FileError) -> Int {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw FileError("look at", path) }
        return Int(info.st_size)
    }

    borrowing func sync() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError("sync", path) }
    }

    /// Tells the system that the file will be read from front to back.
    borrowing func expectSequentialReads() {
        #if os(Linux)
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        #endif
    }
}

/// Operations on paths.
enum FileSystem {
    /// Lets the process open as many files as the system permits it: a node that runs out of them can write no journal.
    static func raiseDescriptorLimit() {
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        #if canImport(Darwin)
        limit.rlim_cur = min(limit.rlim_max, rlim_t(OPEN_MAX))
        #else
        limit.rlim_cur = limit.rlim_max
        #endif
        _ = setrlimit(resource, &limit)
    }

    /// Makes a directory that only its owner may enter; an existing one is left as it is.
    static func makeDirectory(_ path: String) throws(FileError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError("make directory", path) }
    }

    /// The names in a directory, sorted, without `.` and `..`.
    static func list(_ path: String) throws(FileError) -> [String] {
        guard let directory = opendir(path) else { throw FileError("list", path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a file if it is missing and takes the lock of all of it, without waiting.
    /// - Returns: A descriptor that holds the lock until it is closed; nil when another process has the lock.
    static func lock(_ path: String) throws(FileError) -> Int32? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError("open", path) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        let error = FileError("lock", path)
        close(descriptor)
        guard error.code == EWOULDBLOCK else { throw error }
        return nil
    }

    /// Takes the lock of a folder, which nobody can remove as they can a file that looks forgotten. Where the file system
    /// knows no such locks, nothing is locked.
    /// - Returns: A descriptor that holds the lock until it is closed; nil when another process has the lock.
    static func lockDirectory(_ path: String) throws(FileError) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", path) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return descriptor }
        close(descriptor)
        return nil
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw FileError("remove", path) }
    }

    /// Makes a rename in `path` survive a power cut.
    static func syncDirectory(_ path: String) throws(FileError) {
        let directory = try File(path: path, flags: O_RDONLY | O_DIRECTORY)
        try directory.sync()
    }

    static func rename(_ from: String, to: String) throws(FileError) {
        #if canImport(Glibc)
        let result = Glibc.rename(from, to)
        #elseif canImport(Musl)
        let result = Musl.rename(from, to)
        #else
        let result = Darwin.rename(from, to)
        #endif
        guard result == 0 else { throw FileError("rename", from) }
    }

    /// The whole of a small file, or nil when there is none.
    static func readFile(_ path: String) throws(FileError) -> [UInt8]? {
        guard exists(path) else { return nil }
        let file = try File(path: path, flags: O_RDONLY)
        var bytes = [UInt8](repeating: 0, count: try file.size())
        var failure: FileError?
        let count = bytes.withUnsafeMutableBytes { buffer in
            do throws(FileError) { return try file.readFully(into: buffer) } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Replaces a file so that after a power cut it holds either the old or the new bytes.
    static func replaceFile(directory: String, name: String, bytes: [UInt8]) throws(FileError) {
        let temporary = "\(directory)/\(name).tmp"
        do {
            let file = try File(path: temporary, flags: O_WRONLY | O_CREAT | O_TRUNC)
            var failure: FileError?
            bytes.withUnsafeBytes { buffer in
                do throws(FileError) { try file.writeAll(buffer) } catch { failure = error }
            }
            if let failure { throw failure }
            try file.sync()
        }
        try rename(temporary, to: "\(directory)/\(name)")
        try syncDirectory(directory)
    }

    /// The size of the volume below `path`; nil when the system does not say.
    static func volumeBytes(_ path: String) -> Int? {
        var info = statvfs()
        guard statvfs(path, &info) == 0, info.f_blocks > 0 else { return nil }
        return Int(clamping: UInt64(info.f_blocks).multipliedReportingOverflow(by: UInt64(info.f_frsize)).partialValue)
    }

    /// How many bytes an unprivileged process may still write below `path`; nil when the system does not say.
    static func freeBytes(_ path: String) -> Int? {
        var info = statvfs()
        guard statvfs(path, &info) == 0 else { return nil }
        return Int(info.f_bavail) * Int(info.f_frsize)
    }
}

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
import PaxosBase

/// An open file, closed with its last use.
struct FileHandle: ~Copyable {
    private let descriptor: Int32
    let path: String

    enum Access {
        case reading
        case writing
        /// Made anew, empty.
        case replacing
    }

    init(_ path: String, _ access: Access) throws(JournalError) {
        let flags =
            switch access {
            case .reading: O_RDONLY
            case .writing: O_RDWR
            case .replacing: O_RDWR | O_CREAT | O_TRUNC
            }
        descriptor = open(path, flags | O_CLOEXEC, 0o600)
        self.path = path
        guard descriptor >= 0 else { throw .file(operation: .open, path: path, errno: errno) }
    }

    /// A directory, to bring its names to stable storage.
    init(directory path: String) throws(JournalError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else { throw .file(operation: .open, path: path, errno: errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private func failure(_ operation: FileOperation) -> JournalError {
        .file(operation: operation, path: path, errno: errno)
    }

    var byteCount: Int {
        get throws(JournalError) {
            let end = lseek(descriptor, 0, SEEK_END)
            guard end >= 0 else { throw failure(.read) }
            return Int(end)
        }
    }

    /// Reads from `offset` on until the memory is full or the file ends.
    /// - Returns: How many bytes were read.
    func read(into memory: UnsafeMutableRawBufferPointer, at offset: Int) throws(JournalError) -> Int {
        var done = 0
        while done < memory.count {
            let count = pread(descriptor, memory.baseAddress! + done, memory.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(.read) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes all of the bytes.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(.write) }
            done += count
        }
    }

    /// Writes all of the pieces, one behind the other, with as few calls as the system allows.
    func write(_ pieces: [Payload], at offset: Int) throws(JournalError) {
        if pieces.count == 1 {
            return try pieces[0].withUnsafeBytes { (bytes) throws(JournalError) in try write(bytes, at: offset) }
        }
        var offset = offset
        for start in stride(from: 0, to: pieces.count, by: Self.piecesPerCall) {
            let some = pieces[start..<min(start + Self.piecesPerCall, pieces.count)]
            var vectors = some.map {
                $0.withUnsafeBytes { iovec(iov_base: .init(mutating: $0.baseAddress), iov_len: $0.count) }
            }
            offset += try withExtendedLifetime(pieces) { () throws(JournalError) in try write(&vectors, at: offset) }
        }
    }

    /// The system takes at least 1,024.
    private static let piecesPerCall = 512

    /// - Parameter vectors: Memory that stays where it is meanwhile; used up.
    /// - Returns: How many bytes were written: all.
    private func write(_ vectors: inout [iovec], at offset: Int) throws(JournalError) -> Int {
        var done = 0
        var first = 0
        while first < vectors.count {
            var count = vectors[first...].withUnsafeBufferPointer {
                pwritev(descriptor, $0.baseAddress, Int32($0.count), off_t(offset + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(.write) }
            done += count
            while first < vectors.count, count >= vectors[first].iov_len {
                count -= vectors[first].iov_len
                first += 1
            }
            guard count > 0 else { continue }
            vectors[first].iov_base += count
            vectors[first].iov_len -= count
        }
        return done
    }

    /// Sets blocks aside, so that a full disk is noticed before anything is written. File systems that cannot do it are
    /// left alone: the zeros that follow do the same more slowly.
    func reserve(_ byteCount: Int) throws(JournalError) {
        #if os(Linux)
        let number = posix_fallocate(descriptor, 0, off_t(byteCount))
        let failure = JournalError.file(operation: .resize, path: path, errno: number)
        if failure.isWantOfSpace { throw failure }
        #endif
    }

    /// Brings the names in a directory to stable storage.
    func syncNames() throws(JournalError) {
        guard fsync(descriptor) == 0 else { throw failure(.sync) }
    }

    /// How many bytes an ordinary user may still write on the volume; nil when nobody says.
    var freeByteCount: UInt64? {
        var status = statvfs()
        guard fstatvfs(descriptor, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// Brings content (and size, where it changed) to stable storage.
    func sync() throws(JournalError) {
        #if canImport(Darwin)
        // fsync(2) of this system leaves the data in the drive's cache.
        let result = fcntl(descriptor, F_FULLFSYNC)
        #else
        let result = fdatasync(descriptor)
        #endif
        guard result == 0 else { throw failure(.sync) }
    }
}

extension JournalError {
    /// The volume, a quota or a limit for files leaves no room: worth another try later.
    var isWantOfSpace: Bool {
        guard case .file(_, _, let number) = self else { return false }
        return number == ENOSPC || number == EDQUOT || number == EFBIG
    }

    /// A file could not be opened because process or system hold too many, or memory is short. Nothing was touched, so
    /// nothing is in doubt: worth another try soon.
    var isWantOfDescriptors: Bool {
        guard case .file(.open, _, let number) = self else { return false }
        return number == EMFILE || number == ENFILE || number == ENOMEM
    }
}

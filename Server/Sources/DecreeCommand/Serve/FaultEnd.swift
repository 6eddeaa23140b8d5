import Decree

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How the server ends when its node must not go on: with one line on standard error and a code of its own.
enum FaultEnd {
    /// `EX_IOERR` of sysexits.h: supervisors tell it from a mistake in the options.
    private static let exitCode: Int32 = 74

    /// Nothing that runs at exit may write any more.
    @Sendable
    static func end(_ fault: NodeFault) -> Never {
        let bytes = Array("\(fault)\n".utf8)
        _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
        _exit(exitCode)
    }
}

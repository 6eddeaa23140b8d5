import Glibc

/// Ports on loopback that nobody listens on.
enum FreePorts {
    /// Asks the kernel for as many different ports as wanted. All are held until the last is known.
    static func take(_ count: Int) throws(BenchError) -> [Int] {
        var sockets: [Int32] = []
        defer { for descriptor in sockets { close(descriptor) } }
        var ports: [Int] = []
        for _ in 0..<count {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw .system("cannot make a socket: \(systemErrorText())") }
            sockets.append(descriptor)
            ports.append(try bindToAnyPort(descriptor))
        }
        return ports
    }

    private static func bindToAnyPort(_ descriptor: Int32) throws(BenchError) -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard isBound else { throw .system("cannot bind to loopback: \(systemErrorText())") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

import DecreeSockets
import Foundation
import NIOCore
import Testing

@testable import DecreeHTTP2

@Suite("Clients whose machine is gone without a word", .timeLimit(.minutes(1))) struct SilenceTests {
    @Test("A client is gone when what was sent stays unacknowledged for the time, whatever was before")
    func watch() {
        var timeouts = ServerTimeouts()
        timeouts.unacknowledgedSeconds = 20
        var watch = timeouts.silenceWatch
        func isGone(_ second: Int64, waiting: Int, since: Int64) -> Bool {
            watch.isGone(
                Acknowledgements(waitingSegments: waiting, sinceLast: .seconds(since)),
                at: .uptimeNanoseconds(0) + .seconds(second))
        }
        #expect(!isGone(1_000, waiting: 3, since: 500) && !isGone(1_010, waiting: 0, since: 0))
        #expect(!isGone(1_018, waiting: 2, since: 1) && !isGone(1_037, waiting: 2, since: 20))
        #expect(isGone(1_038, waiting: 2, since: 21))
    }

    #if os(Linux)
    @Test("A connection behind which the route has become a black hole is closed, others stay")
    func blackHole() async throws {
        try await TestServer.with({ $0.timeouts.unacknowledgedSeconds = 2 }) { server in
            let client = try await server.connect()
            let silent = try Socket(port: server.port)
            silent.send(RawPeer.preface + RawFrame.settings + RawFrame.call(1, TestMethod.chat.path))
            silent.send(RawFrame.data(1, RawFrame.message([1])))
            try await eventually { try await server.onLoop { _, loop in loop.openConnections == 2 } }
            #expect(silent.receives())
            silent.dropWhatComes()
            silent.send(RawFrame.data(1, RawFrame.message([2])))
            try await eventually {
                _ = try await client.call(TestMethod.echo.path, [1])
                return try await server.onLoop { _, loop in loop.openConnections == 1 }
            }
            #expect(try await client.call(TestMethod.echo.path, [7]) == [7])
            await client.close()
        }
    }

    private func eventually(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(50)) }
    }

    /// A socket without anything around it.
    private final class Socket {
        private let descriptor: Int32

        init(port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(result == 0)
        }

        deinit { close(descriptor) }

        func send(_ bytes: [UInt8]) { _ = write(descriptor, bytes, bytes.count) }

        /// Waits for something.
        func receives() -> Bool {
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, 0) == 1
        }

        /// From now on every segment is dropped before the system looks at it, so that nothing is acknowledged: a filter of
        /// one instruction, which keeps no byte (`BPF_RET | BPF_K`, 0).
        func dropWhatComes() {
            let instruction = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
            defer { instruction.deallocate() }
            instruction.initializeMemory(as: UInt8.self, repeating: 0, count: 8)
            instruction.storeBytes(of: 6, as: UInt16.self)
            var program = (UInt64(1), UInt64(UInt(bitPattern: instruction)))
            let attachFilter: Int32 = 26
            let result = setsockopt(descriptor, SOL_SOCKET, attachFilter, &program, 16)
            #expect(result == 0)
        }
    }
    #endif
}

import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("The health service of gRPC", .serialized) struct HealthServiceTests {
        private static let watchPath = "/grpc.health.v1.Health/Watch"

        @Test("Every watch is told of a change, whichever came first, and none keeps a shutdown waiting")
        func watches() throws {
            try withCluster(.decree()) { cluster in
                let left = try cluster.leader()
                let connection = try left.client().connection
                func next(_ id: RPCConnection.CallID) throws -> [UInt8] {
                    try eventually("what a watch is told", within: .seconds(15)) {
                        connection.pump(for: .milliseconds(20))
                        return connection.takeMessage(of: id)
                    }
                }
                let (serving, notServing, unknown): ([UInt8], [UInt8], [UInt8]) = ([8, 1], [8, 2], [8, 3])
                let stranger = connection.begin(Self.watchPath, [10, 1, 120])
                #expect(try next(stranger) == unknown)
                let watches = (0..<2).map { _ in connection.begin(Self.watchPath, []) }
                for watch in watches { #expect(try next(watch) == serving) }
                for node in cluster.nodes where node !== left { try node.crash() }
                for watch in watches { #expect(try next(watch) == notServing) }
                let span = WatchedSpan(of: [left])
                left.send(SIGTERM)
                #expect(try left.process?.wait(within: .seconds(15)) == .exited(0))
                let took = span.comparableLength
                #expect(took < .seconds(4), "the grace period is five seconds, this took \(took)")
                for watch in watches + [stranger] {
                    let result = try eventually("the end of a watch", within: .seconds(5)) {
                        connection.pump(for: .milliseconds(20))
                        return connection.takeResult(of: watch)
                    }
                    #expect(throws: RPCFailure.status(code: 14, message: "etcdserver: server stopped")) {
                        _ = try result.get()
                    }
                }
            }
        }
    }
}

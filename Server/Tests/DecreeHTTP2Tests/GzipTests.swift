import Testing

@testable import DecreeHTTP2

@Suite(.timeLimit(.minutes(1))) struct GzipTests {
    private let gzip = [("grpc-encoding", "gzip")]

    private func packed(_ bytes: [UInt8]) throws -> [UInt8] {
        try #require(bytes.withUnsafeBytes { Gzip.deflate($0) })
    }

    private func unpacked(_ bytes: [UInt8], maxBytes: Int = 1 << 30) throws -> [UInt8] {
        try bytes.withUnsafeBytes { bytes throws(GzipProblem) in try Gzip.inflate(bytes, maxBytes: maxBytes) }
    }

    /// Sends one call and returns its data and its status.
    private func call(
        _ fields: [(String, String)], _ data: [UInt8], path: String = TestMethod.echo.path,
        configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> (data: [UInt8], decoder: HeaderDecoder) {
        let server = try EmbeddedServer(breaksAtWrite: nil, configure)
        defer { server.close() }
        server.receive(RawPeer.preface + RawFrame.settings + RawFrame.call(1, path, fields))
        server.receive(RawFrame.data(1, data, ends: true))
        let decoder = HeaderDecoder()
        var answer: [UInt8] = []
        for frame in server.sentFrames() where frame.stream == 1 {
            if frame.type == 1 { decoder.decode(frame.payload) }
            if frame.type == 0 { answer += frame.payload }
        }
        return (answer, decoder)
    }

    @Test("What was packed is unpacked, in one member or more, up to the limit and not beyond")
    func codec() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 100) }
        let small = try packed(bytes)
        #expect(small.count < 10_000)
        #expect(try unpacked(small) == bytes)
        #expect(try unpacked(small, maxBytes: bytes.count) == bytes)
        #expect(throws: GzipProblem.tooLarge) { try unpacked(small, maxBytes: bytes.count - 1) }
        #expect(try unpacked(small + small) == bytes + bytes)
        #expect(throws: GzipProblem.malformed) { try unpacked([1, 2, 3]) }
        #expect(throws: GzipProblem.malformed) { try unpacked(small.dropLast(1) + [small.last! ^ 1]) }
        #expect(throws: GzipProblem.malformed) { try unpacked(Array(small.prefix(100))) }
        #expect([UInt8](repeating: 0, count: 10).withUnsafeBytes { Gzip.deflate($0) } == nil)
    }

    @Test("A large answer is sent as it is, whoever may take it compressed: packing it would hold all others up")
    func largeAnswer() throws {
        let server = try EmbeddedServer()
        defer { server.close() }
        server.receive(RawPeer.preface + RawFrame.settings + RawFrame.call(1, TestMethod.sized.path, gzip))
        server.receive(RawFrame.data(1, RawFrame.message(bigEndian(3 << 20)), ends: true))
        let data = server.sentFrames().filter { $0.type == 0 }.flatMap(\.payload)
        #expect(data.prefix(5) == RawFrame.message([UInt8](repeating: 0, count: 3 << 20)).prefix(5))
    }

    @Test("A compressed request is understood, and answered in the same way if that is worth it")
    func roundTrip() throws {
        let message = [UInt8](repeating: 7, count: 5_000)
        let large = try call(gzip, RawFrame.message(try packed(message), compressed: 1))
        #expect(large.decoder.status.code == .ok && large.decoder.fields["grpc-encoding"] == "gzip")
        #expect(large.data.first == 1 && large.data.count < 200)
        #expect(try unpacked(Array(large.data.dropFirst(5))) == message)
        let plain = try call(gzip, RawFrame.message([1, 2]))
        #expect(
            plain.data == RawFrame.message([1, 2]) && plain.decoder.fields["grpc-accept-encoding"] == "identity,gzip")
        let identity = try call([("grpc-encoding", "identity")], RawFrame.message(message))
        #expect(identity.data == RawFrame.message(message) && identity.decoder.fields["grpc-encoding"] == nil)
    }

    @Test("A bomb fails its call and takes no memory; what is no gzip, or was not announced, fails too")
    func refusals() throws {
        let bomb = try packed([UInt8](repeating: 0, count: 3 << 20))
        #expect(try call(gzip, RawFrame.message(bomb, compressed: 1)).decoder.status.code == .resourceExhausted)
        #expect(try call(gzip, RawFrame.message([1, 2], compressed: 1)).decoder.status.code == .internalError)
        #expect(try call([], RawFrame.message([1, 2], compressed: 1)).decoder.status.code == .internalError)
        let other = try call([("grpc-encoding", "snappy")], RawFrame.message([1]))
        #expect(other.decoder.status.code == .unimplemented)
        #expect(other.decoder.fields["grpc-accept-encoding"] == "identity,gzip")
    }

    @Test("Streams are compressed message by message")
    func streams() throws {
        let message = [UInt8](repeating: 7, count: 3_000)
        let data = RawFrame.message(try packed(message), compressed: 1) + RawFrame.message([9])
        let answer = try call(gzip, data, path: TestMethod.chat.path)
        let length = Int(answer.data[3]) << 8 | Int(answer.data[4])
        #expect(try unpacked(Array(answer.data[5..<(5 + length)])) == message)
        #expect(Array(answer.data[(5 + length)...]) == RawFrame.message([9]))
    }
}

import Testing

@testable import DecreeHTTP2

@Suite struct PartsTests {
    private func nanoseconds(_ text: String) -> Int64? {
        Array(text.utf8).withUnsafeBufferPointer { try? CallTimeout.nanoseconds($0) }
    }

    @Test("Timeouts are read in all units, and clamped instead of overflowing")
    func timeouts() {
        #expect(nanoseconds("5n") == 5)
        #expect(nanoseconds("5u") == 5_000)
        #expect(nanoseconds("5m") == 5_000_000)
        #expect(nanoseconds("5S") == 5_000_000_000)
        #expect(nanoseconds("5M") == 300_000_000_000)
        #expect(nanoseconds("5H") == 18_000_000_000_000)
        #expect(nanoseconds("99999999H") == .max)
        for bad in ["", "5", "S", "5x", "-5S", "123456789S", "1.5S", "5 S"] { #expect(nanoseconds(bad) == nil) }
        for amount: Int64 in [1, 99_999_999, 100_000_000, 1_000_000_001, 86_400_000_000_000, .max] {
            let read = nanoseconds(CallTimeout.encode(nanoseconds: amount))
            #expect(read.map { $0 >= amount } == true)
        }
    }

    @Test("A method is found by the bytes of its path, and nothing else is")
    func methods() {
        let names = (0..<200).map { Method(service: "a.B", name: "M\($0)") } + [Method(service: "", name: "")]
        let table = MethodTable(names)
        for (index, method) in names.enumerated() {
            let id = Array(method.path.utf8).withUnsafeBufferPointer { table.find($0) }
            #expect(id == MethodID(rawValue: UInt16(index)))
            #expect(Array((method.path + "x").utf8).withUnsafeBufferPointer { table.find($0) } == nil)
        }
        #expect([].withUnsafeBufferPointer { table.find($0) } == nil)
    }

    @Test("Percent-encoding keeps every text")
    func percentEncoding() {
        for text in ["", "plain", "%", "%41", "a\u{0}b", "é\n", "🙂"] {
            #expect(PercentEncoding.encode(text).withUnsafeBufferPointer { PercentEncoding.decode($0) } == text)
        }
        #expect(String(decoding: PercentEncoding.encode("a%\n"), as: UTF8.self) == "a%25%0A")
        let long = PercentEncoding.encode(String(repeating: "🙂", count: 2_000))
        let cut = long.withUnsafeBufferPointer { PercentEncoding.decode($0) }
        #expect(long.count <= PercentEncoding.maxBytes && cut == String(repeating: "🙂", count: 341) + "...")
        #expect(PercentEncoding.encode(String(repeating: "x", count: 4_093)).count == 4_093)
        #expect(Array("%zz%4".utf8).withUnsafeBufferPointer { PercentEncoding.decode($0) } == "%zz%4")
    }

    @Test("Deadlines expire in their tick, whatever the order they were set in, and cleared ones do not")
    func wheel() {
        let table = CallTable()
        var wheel = DeadlineWheel()
        let tick: Int64 = 1 << 23
        var places: [UInt32: Int64] = [:]
        var random: UInt64 = 7
        for _ in 0..<300 {
            guard let index = table.allocate() else { return }
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let deadline = Int64(random >> 33) * 20
            table[index].pointee.deadline = deadline
            wheel.insert(index, in: table, now: 0)
            places[index] = deadline
        }
        for index in places.keys.sorted().prefix(100) {
            wheel.remove(index, in: table)
            places[index] = nil
        }
        var now: Int64 = 0
        var expired: [UInt32] = []
        while let wake = wheel.nextWake() {
            #expect(wake > now)
            now = wake
            let before = expired.count
            wheel.advance(to: now, in: table, expired: &expired)
            for index in expired[before...] {
                let deadline = places[index] ?? .max
                #expect(deadline < now && deadline >= now - 2 * tick)
                places[index] = nil
            }
            let early = places.values.allSatisfy { $0 >= now - tick }
            #expect(early)
        }
        #expect(places.isEmpty)
        #expect(wheel.count == 0)
    }

    @Test("Outgoing bytes leave in the order they came, copied or attached")
    func outgoing() {
        var bytes = OutgoingBytes()
        var expected: [UInt8] = []
        for round in 0..<40 {
            let part = [UInt8](repeating: UInt8(round), count: round * 37 % 300)
            if round % 7 == 3 {
                bytes.attach(.init(bytes: part))
            } else {
                bytes.append(part.count) { room in part.withUnsafeBytes { room.copyMemory(from: $0) } }
            }
            expected += part
        }
        var taken: [UInt8] = []
        while bytes.count > 0 {
            var part = [UInt8](repeating: 0, count: min(bytes.count, 100))
            part.withUnsafeMutableBytes { bytes.move($0.count, into: $0) }
            taken += part
        }
        #expect(taken == expected)
        bytes.reset(freeing: true)
    }
}

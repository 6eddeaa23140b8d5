import Testing

@testable import DecreeBenchKit

@Suite("Request templates")
struct RequestTemplateTests {
    @Test("a put is key and value")
    func put() {
        var template = RequestTemplate.put(valueBytes: 256)
        let value = SealedValue(key: Key(12), sequence: 3, byteCount: 256)
        template.setKey(Key(12))
        template.setValue(value)
        #expect(template.bytes == putMessage(value))
    }

    @Test("a linearizable get is the key alone, a serializable one says so")
    func get() {
        var linearizable = RequestTemplate.get(isSerializable: false)
        linearizable.setKey(Key(5))
        #expect(linearizable.bytes == [0x0A, 8] + Array("k0000005".utf8))
        var serializable = RequestTemplate.get(isSerializable: true)
        serializable.setKey(Key(6))
        #expect(serializable.bytes == [0x0A, 8] + Array("k0000006".utf8) + [0x38, 1])
    }

    @Test("a range has a first key and an end")
    func range() {
        var template = RequestTemplate.range()
        template.setKey(Key(100))
        template.setKey(Key(200), at: 1)
        #expect(template.bytes == [0x0A, 8] + Array("k0000100".utf8) + [0x12, 8] + Array("k0000200".utf8))
    }

    @Test("a transaction holds its puts one behind the other, with lengths of two bytes")
    func transaction() {
        var template = RequestTemplate.transaction(puts: 4, valueBytes: 256)
        var expected: [UInt8] = []
        for position in 0..<4 {
            let value = SealedValue(key: Key(position * 25), sequence: UInt64(position + 1), byteCount: 256)
            template.setKey(value.key, at: position)
            template.setValue(value, at: position)
            let put = putMessage(value)
            let operation = [0x12] + twoByteLength(put.count) + put
            expected += [0x12] + twoByteLength(operation.count) + operation
        }
        #expect(template.bytes == expected)
    }

    @Test("patching again changes only what was patched")
    func patchingTwice() {
        var template = RequestTemplate.put(valueBytes: 16)
        for index in [1, 9_999_999, 2] {
            let value = SealedValue(key: Key(index), sequence: UInt64(index), byteCount: 16)
            template.setKey(Key(index))
            template.setValue(value)
            var bytes = [UInt8](repeating: 0, count: 16)
            bytes.withUnsafeMutableBytes { value.write(to: $0) }
            #expect(template.bytes == [0x0A, 8] + Key(index).bytes + [0x12, 16] + bytes)
        }
    }

    private func putMessage(_ value: SealedValue) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: value.byteCount)
        bytes.withUnsafeMutableBytes { value.write(to: $0) }
        return [0x0A, 8] + value.key.bytes + [0x12] + twoByteLength(value.byteCount) + bytes
    }

    private func twoByteLength(_ length: Int) -> [UInt8] { [UInt8(length & 0x7F) | 0x80, UInt8(length >> 7)] }
}

import DecreeEtcd
import Foundation
import Testing

@Suite("Texts as JSON strings") struct JSONTextTests {
    private func quoted(_ bytes: [UInt8]) -> String { bytes.withUnsafeBufferPointer { JSONText.quoted($0) } }

    private func read(_ json: String) throws -> String? {
        try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed) as? String
    }

    @Test(
        "What JSON has short words for gets these, other control characters their numbers, all else stands for itself")
    func escapes() {
        #expect(JSONText.quoted("") == #""""#)
        #expect(JSONText.quoted("a/é漢😀") == #""a/é漢😀""#)
        #expect(JSONText.quoted("\"\\\n\r\t") == #""\"\\\n\r\t""#)
        #expect(JSONText.quoted("\u{0}a\u{8}\u{1B}\u{1F}\u{7F}") == #""\u0000a\u0008\u001b\u001f\u007f""#)
    }

    @Test("The separators of lines and paragraphs do not break a line; their neighbours stay")
    func separators() {
        #expect(JSONText.quoted("a\u{2028}\u{2029}b") == #""a\u2028\u2029b""#)
        #expect(JSONText.quoted("\u{2027}\u{202A}\u{20A8}") == "\"\u{2027}\u{202A}\u{20A8}\"")
    }

    @Test("Bytes that are not UTF-8 become the sign for what cannot be shown, wherever they stand")
    func invalid() {
        #expect(quoted([0xFF, 0x61]) == "\"\u{FFFD}a\"")
        #expect(quoted([0x61, 0xE2, 0x80]) == "\"a\u{FFFD}\"")
        #expect(quoted([0xE2, 0x80, 0x22]) == "\"\u{FFFD}\\\"\"")
        #expect(quoted([0xC0, 0x8A]) == "\"\u{FFFD}\u{FFFD}\"")
    }

    @Test("Whatever the text, a reader of JSON gets it back, and the string holds no control character")
    func roundTrip() throws {
        for scalar in (0..<0x3000).compactMap(Unicode.Scalar.init) {
            let text = "x\(Character(scalar))y\(Character(scalar))"
            let json = JSONText.quoted(text)
            #expect(json.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
            #expect(try read(json)?.unicodeScalars.elementsEqual(text.unicodeScalars) == true, "\(scalar.value)")
        }
    }
}

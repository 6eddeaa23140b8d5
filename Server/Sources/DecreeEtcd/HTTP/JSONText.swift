/// Texts as JSON strings (RFC 8259, section 7): in log lines, in the pages of probes, in what the simulator reports.
public enum JSONText {
    /// - Returns: `text` between quotation marks, on one line and of printable characters whatever it holds.
    public static func quoted(_ text: String) -> String {
        var text = text
        return text.withUTF8 { quoted($0) }
    }

    /// - Returns: the same of bytes that may not be UTF-8; what is not becomes U+FFFD.
    public static func quoted(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var line: [UInt8] = []
        line.reserveCapacity(bytes.count + 2)
        line.append(UInt8(ascii: "\""))
        var start = 0
        var index = 0
        while index < bytes.count {
            let width = escapedWidth(bytes, at: index)
            if width > 0 {
                line.append(contentsOf: bytes[start..<index])
                appendEscape(of: bytes, at: index, to: &line)
                start = index + width
            }
            index += max(width, 1)
        }
        line.append(contentsOf: bytes[start...])
        line.append(UInt8(ascii: "\""))
        return String(decoding: line, as: UTF8.self)
    }

    /// How many bytes at `index` are a character that has to be escaped; 0: it stands for itself.
    ///
    /// Beside what JSON demands these are DEL and U+2028 and U+2029, which end a line for many readers of text.
    private static func escapedWidth(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        switch bytes[index] {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F: 1
        case 0xE2 where index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] & 0xFE == 0xA8: 3
        default: 0
        }
    }

    private static func appendEscape(of bytes: UnsafeBufferPointer<UInt8>, at index: Int, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\\"))
        let byte = bytes[index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): line.append(byte)
        case UInt8(ascii: "\n"): line.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): line.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): line.append(UInt8(ascii: "t"))
        case 0xE2: line.append(contentsOf: bytes[index + 2] == 0xA8 ? "u2028".utf8 : "u2029".utf8)
        default:
            line.append(contentsOf: "u00".utf8)
            line.append(hexDigit(byte >> 4))
            line.append(hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

/// The value of a `grpc-timeout` header: up to eight digits and a unit.
enum CallTimeout {
    /// Why a value was refused, worded as grpc-go words it.
    struct Malformed: Error {
        let message: String
    }

    /// - Returns: nanoseconds, at most `Int64.max`.
    static func nanoseconds(_ value: UnsafeBufferPointer<UInt8>) throws(Malformed) -> Int64 {
        guard value.count >= 2 else {
            throw Malformed(message: "transport: timeout string is too short: \(quoted(value))")
        }
        guard value.count <= 9 else {
            throw Malformed(message: "transport: timeout string is too long: \(quoted(value))")
        }
        guard let unit = nanosecondsPerUnit(value[value.count - 1]) else {
            throw Malformed(message: "transport: timeout unit is not recognized: \(quoted(value))")
        }
        var amount: Int64 = 0
        for digit in value.dropLast() {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else {
                throw Malformed(message: "transport: timeout is not a number: \(quoted(value))")
            }
            amount = amount * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        let (product, overflow) = amount.multipliedReportingOverflow(by: unit)
        return overflow ? .max : product
    }

    /// - Returns: the header's value for a timeout, in the finest unit that holds it in eight digits, rounded up.
    static func encode(nanoseconds: Int64) -> String {
        let nanoseconds = max(1, nanoseconds)
        for (letter, unit) in [("n", 1), ("u", 1000), ("m", 1_000_000), ("S", 1_000_000_000)] as [(String, Int64)] {
            let amount = (nanoseconds - 1) / unit + 1
            if amount < 100_000_000 { return "\(amount)\(letter)" }
        }
        return "\(min(99_999_999, (nanoseconds - 1) / 3_600_000_000_000 + 1))H"
    }

    private static func nanosecondsPerUnit(_ letter: UInt8) -> Int64? {
        switch letter {
        case UInt8(ascii: "n"): 1
        case UInt8(ascii: "u"): 1000
        case UInt8(ascii: "m"): 1_000_000
        case UInt8(ascii: "S"): 1_000_000_000
        case UInt8(ascii: "M"): 60_000_000_000
        case UInt8(ascii: "H"): 3_600_000_000_000
        default: nil
        }
    }

    private static func quoted(_ value: UnsafeBufferPointer<UInt8>) -> String {
        "\"\(String(decoding: value, as: UTF8.self))\""
    }
}

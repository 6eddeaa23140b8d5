import Yams

/// Scalars of a configuration file as the library reads them that etcd uses, which is not always what they look like:
/// `0144` is 100, `100.0` is a whole number, `2_000_000_000` is one too.
/// - Source: go-yaml v2, `resolve.go`; sigs.k8s.io/yaml, which turns the values into JSON before they are read.
enum YAMLScalar {
    /// The whole number that a plain scalar stands for.
    /// - Returns: Nil for what is no whole number; a text in quotation marks is never one.
    static func integer(_ scalar: Node.Scalar) -> Int? {
        guard scalar.style == .plain || scalar.style == .any else { return nil }
        let text = scalar.string.replacing("_", with: "")
        if let number = GoValues.integer(text) { return number }
        guard isFloat(text), let number = Double(text), abs(number) < 1e18 else { return nil }
        return Int(exactly: number)
    }

    /// `^[-+]?[0-9]*\.?[0-9]+([eE][-+][0-9]+)?$`
    private static func isFloat(_ text: String) -> Bool {
        var rest = text[...]
        if let sign = rest.first, "+-".contains(sign) { rest = rest.dropFirst() }
        let mantissa = rest.prefix { $0 != "e" && $0 != "E" }
        let exponent = rest.dropFirst(mantissa.count)
        guard mantissa.last?.isASCIIDigit == true, mantissa.count(where: { $0 == "." }) <= 1,
            mantissa.allSatisfy({ $0.isASCIIDigit || $0 == "." })
        else { return false }
        guard !exponent.isEmpty else { return true }
        let digits = exponent.dropFirst(2)
        return "+-".contains(exponent.dropFirst().first ?? "x") && !digits.isEmpty
            && digits.allSatisfy(\.isASCIIDigit)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}

extension Node.Mapping {
    /// The pairs with those of `<<: *anchor` among them: what stands here itself comes before what is merged, and earlier
    /// merged maps before later ones.
    /// - Source: YAML 1.1, "Merge Key Language-Independent Type".
    var merged: [(key: String, value: Node)] {
        var pairs = compactMap { key, value in
            key.string.flatMap { $0 == "<<" ? nil : (key: $0, value: value) }
        }
        for (key, value) in self where key.string == "<<" {
            for mapping in value.sequence.map({ $0.compactMap(\.mapping) }) ?? [value.mapping].compactMap({ $0 }) {
                let known = Set(pairs.map(\.key))
                pairs += mapping.merged.filter { !known.contains($0.key) }
            }
        }
        return pairs
    }
}

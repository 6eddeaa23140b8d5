import DecreeSimulator

/// What the requests of one run look like.
package struct RequestShape {
    package var keyCount: Int
    package var keySpace: KeySpace
    /// Values have fewer bytes than this, but for one in ``rarity``.
    package var valueBound: UInt64 = 40
    /// What the others stay below.
    package var rareValueBound: UInt64 = 20_000
    package var rarity: UInt64 = 30
    /// Whether every option of a request is drawn, and every kind of comparison, nested transactions and requests that are
    /// refused; else clients do no more than they have to.
    package var hasOptions = true
    /// How many keys one transaction changes at most.
    package var manyAtMost = Int.max

    package init(keyCount: Int = 40, keySpace: KeySpace = .mixed) {
        self.keyCount = keyCount
        self.keySpace = keySpace
    }

    /// Draws the shape of a simulated run: a few keys that all clients fight over, or as many as fill several leaves.
    init(_ choices: inout Choices) {
        self.init()
        hasOptions = !choices.chance(1, in: 3)
        keyCount = [1 + choices.index(below: 6), 12, 60, 200, 500, 900][hasOptions ? choices.index(below: 6) : 0]
        keySpace = hasOptions ? [.short, .short, .mixed, .sharedPrefixes][choices.index(below: 4)] : .numbered
        // Bytes are what a run costs, and large values show their worth in few runs.
        valueBound = [1, 40, 40, 40, 40, 40, 40, 400, 400, 3_000][choices.index(below: 10)]
        let rare = hasOptions ? choices.below(32) : 32
        rareValueBound = rare == 0 ? 300_000 : rare < 4 ? 20_000 : valueBound
        rarity = rare == 0 ? 600 : 30
        manyAtMost = [8, 40, 100][choices.index(below: 3)]
    }
}

/// Which keys there are.
package enum KeySpace: Equatable {
    /// A few that differ in their number.
    case numbered
    /// Short ones, most of them a few bytes behind one of two prefixes.
    case short
    /// The same, and some of thousands of bytes.
    case mixed
    /// Keys that share from 65 to some hundred bytes with others.
    case sharedPrefixes

    /// Draws so many keys, in order.
    func keys(_ count: Int, _ choices: inout Choices) -> [[UInt8]] {
        if self == .numbered { return (0..<count).map { Array("k\($0)".utf8) } }
        var keys: Set<[UInt8]> = []
        let stems = self == .sharedPrefixes ? Self.stems(&choices) : []
        while keys.count < count {
            keys.insert(stems.isEmpty ? key(count, &choices) : Self.key(behind: stems, count, &choices))
        }
        return keys.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func key(_ keyCount: Int, _ choices: inout Choices) -> [UInt8] {
        let key: [UInt8] = choices.chance(1, in: 2) ? Array("/registry/pods/default/".utf8) : []
        let style = choices.below(self == .mixed ? 20 : 18)
        let length = style < 12 ? 1 + choices.below(4) : style < 18 ? choices.below(20) : choices.below(3_000)
        return key.extended(by: length, keyCount, &choices)
    }

    /// Beginnings that agree for a while and then part, so that nodes of the tree differ in what their keys share.
    private static func stems(_ choices: inout Choices) -> [[UInt8]] {
        let longest = (0..<400).map { _ in UInt8(ascii: "a") + UInt8(choices.below(3)) }
        return (0..<8).map { _ in
            var stem = Array(longest.prefix(65 + Int(choices.below(330))))
            if choices.chance(1, in: 3) { stem[stem.count / 2] = UInt8(choices.below(256)) }
            return stem
        }
    }

    private static func key(behind stems: [[UInt8]], _ keyCount: Int, _ choices: inout Choices) -> [UInt8] {
        if choices.chance(1, in: 50) { return KeySpace.short.key(keyCount, &choices) }
        return choices.element(of: stems).extended(by: choices.below(14), keyCount, &choices)
    }
}

extension [UInt8] {
    /// With random bytes behind it, of few kinds or of all; more kinds where many keys have to differ.
    fileprivate func extended(by length: UInt64, _ keyCount: Int, _ choices: inout Choices) -> [UInt8] {
        let alphabet: UInt64 = choices.chance(1, in: 2) ? (keyCount > 100 ? 8 : 3) : 256
        let extended = self + (0..<length).map { _ in UInt8(choices.below(alphabet)) }
        return extended.isEmpty ? [0] : extended
    }
}

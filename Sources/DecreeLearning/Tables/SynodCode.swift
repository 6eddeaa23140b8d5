import PaxosBase

/// A state of a whole Synod, by the numbers of ``SynodTables``.
struct SynodCode: Hashable {
    /// What was ever sent.
    var mail: PacketSet
    /// Of each process, the number of its state.
    var states: SIMD8<UInt16>
    var crashes: UInt64

    static let maximumPlaces = 8

    /// Two states share one with a chance of one in 2^64.
    var fingerprint: UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        func mix(_ word: UInt64) {
            let product = (hash ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            hash = product.high ^ product.low &+ 0xA076_1D64_78BD_642F
        }
        for word in 0..<4 { mix(mail[word]) }
        let words = unsafeBitCast(states, to: SIMD2<UInt64>.self)
        mix(words[0])
        mix(words[1])
        mix(crashes)
        return hash
    }

    /// Some order of states.
    func isBefore(_ other: SynodCode) -> Bool {
        for word in 0..<4 where mail[word] != other.mail[word] { return mail[word] < other.mail[word] }
        for place in 0..<Self.maximumPlaces where states[place] != other.states[place] {
            return states[place] < other.states[place]
        }
        return false
    }
}

/// Hashes that were met, in memory that is set aside for them.
struct FingerprintSet {
    private var places: [UInt64]
    private(set) var count = 0

    init() { places = Array(repeating: 0, count: 1 << 12) }

    /// - Returns: Whether it is new.
    mutating func insert(_ fingerprint: UInt64) -> Bool {
        // Zero marks what is free.
        let fingerprint = max(fingerprint, 1)
        if count * 4 >= places.count * 3 { grow() }
        guard put(fingerprint) else { return false }
        count += 1
        return true
    }

    private mutating func put(_ fingerprint: UInt64) -> Bool {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: fingerprint >> 17) & mask
        while places[place] != 0 {
            if places[place] == fingerprint { return false }
            place = (place + 1) & mask
        }
        places[place] = fingerprint
        return true
    }

    private mutating func grow() {
        let former = places
        places = Array(repeating: 0, count: former.count * 2)
        for fingerprint in former where fingerprint != 0 { _ = put(fingerprint) }
    }
}

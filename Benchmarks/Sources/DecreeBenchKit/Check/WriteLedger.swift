/// What the benchmark has written, as far as the server has acknowledged it: every answer is judged by it.
///
/// One ledger serves one cluster for its whole life.
public final class WriteLedger {
    public let keyCount: Int
    public let valueBytes: Int
    /// The highest revision of an acknowledged write, anywhere. A linearizable read that begins now must not answer
    /// from before it.
    public private(set) var newestRevision: Int64 = 0
    private var revisions: [Int64]
    private var sequences: [UInt64]
    private var nextSequence: UInt64 = 1

    /// - Parameters:
    ///   - keyCount: how many keys are used.
    ///   - valueBytes: the length of every value, a multiple of 8.
    public init(keyCount: Int, valueBytes: Int) {
        self.keyCount = keyCount
        self.valueBytes = valueBytes
        revisions = Array(repeating: 0, count: keyCount)
        sequences = Array(repeating: 0, count: keyCount)
    }

    /// The value of the next write to a key.
    func nextValue(for key: Key) -> SealedValue {
        defer { nextSequence += 1 }
        return SealedValue(key: key, sequence: nextSequence, byteCount: valueBytes)
    }

    /// A write was acknowledged. Writes to one key may be acknowledged in another order than they took effect.
    func acknowledged(_ key: Key, sequence: UInt64, revision: Int64) {
        newestRevision = max(newestRevision, revision)
        guard revision > revisions[key.index] else { return }
        revisions[key.index] = revision
        sequences[key.index] = sequence
    }

    /// The revision at which a key was last known to be written; 0 if it never was.
    func newestRevision(of key: Key) -> Int64 { revisions[key.index] }

    /// Judges a key and value that a read gave.
    ///
    /// - Parameters:
    ///   - pair: what was read.
    ///   - floor: the key's newest acknowledged revision when the read began; 0 if an older state may be answered.
    /// - Returns: what is wrong; nil if it may have been read.
    func fault(in pair: KeyValueView, expected key: Key, floor: Int64) -> String? {
        guard let found = Key(pair.key), found == key else { return "asked for \(key), got \(text(pair.key))" }
        guard let sequence = SealedValue.sequence(of: pair.value, key: key, byteCount: valueBytes) else {
            return "the value of \(key) was never written to it (\(pair.value.count) bytes)"
        }
        guard sequence < nextSequence else { return "the value of \(key) is from write \(sequence), a later one" }
        guard pair.modRevision >= floor else {
            return "\(key) was read at revision \(pair.modRevision), but \(floor) was acknowledged before"
        }
        let expected = sequences[key.index]
        guard pair.modRevision != revisions[key.index] || sequence == expected else {
            return "\(key) at revision \(pair.modRevision) holds write \(sequence), not \(expected)"
        }
        return nil
    }

    private func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
}

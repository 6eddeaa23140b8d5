import PaxosBase
import PaxosLog

// The anchor tells how far the journal reached at least; segments that end before it were damaged.
extension JournalRecovery {
    /// Takes in the file beside the segments.
    mutating func readAnchor(_ bytes: UnsafeRawBufferPointer) throws(JournalError) {
        anchorByteCount = bytes.count
        for place in [0, bytes.count / 2] {
            switch JournalAnchor.read(UnsafeRawBufferPointer(rebasing: bytes[place...])) {
            case .newerFormat(let found): throw .newerFormat(.anchor, found: found, known: JournalAnchor.format)
            case .newerFlags(let bits):
                throw .unknownRecord(.anchor, offset: place, .unknownFeatures(what: .anchor, bits: bits))
            case .anchor(let found):
                guard found.identity == identity else {
                    throw .foreign(.anchor, found: found.identity, expected: identity)
                }
                // One whose file was cut is not believed: its other place may have been the later one.
                guard found.fileByteCount == bytes.count else { continue }
                if found.generation > anchor?.generation ?? 0 { anchor = found }
            case .unreadable: break
            }
        }
    }

    /// - Throws: When the journal ends before what was acknowledged, or nobody knows whether it does.
    func judgeEnd() throws(JournalError) {
        guard let anchor else { return try judgeWithoutAnchor() }
        if flaws.contains(.damageTakenForTornTail) { return }
        let witness = JournalDamage.Witness(segment: .anchor, offset: 0, sequence: anchor.sequence)
        guard expected > anchor.sequence else { throw lost(anchor, witness) }
        for vote in anchor.votes {
            let state = state(of: vote.group)
            guard state.promised >= vote.promised, state.incarnation >= vote.incarnation else {
                throw .damaged(
                    JournalDamage(
                        segment: anchor.segment, offset: anchor.end, sequence: anchor.sequence, finding: .promise,
                        witness: witness))
            }
        }
    }

    private func judgeWithoutAnchor() throws(JournalError) {
        guard mustHaveAnchor else { return }
        guard anchorByteCount != nil else { throw .missing(.anchor) }
        let newest = segments.last?.number ?? .anchor
        let witness = JournalDamage.Witness(segment: newest, offset: tail.lastBatch.lowerBound, sequence: expected - 1)
        throw .damaged(
            JournalDamage(segment: .anchor, offset: 0, sequence: expected - 1, finding: .anchor, witness: witness))
    }

    /// What is gone: the end of the last segment, the header of the one behind it, or a whole file.
    private func lost(_ anchor: JournalAnchor, _ witness: JournalDamage.Witness) -> JournalError {
        if let last = segments.last?.number, last >= anchor.segment {
            let finding = tail.isTorn ? JournalDamage.Finding.batchChecksum : .batchHeader
            return .damaged(
                JournalDamage(
                    segment: last, offset: tail.offset, sequence: expected, finding: finding, witness: witness))
        }
        guard unstarted.contains(where: { $0.number == anchor.segment }) else { return .missing(anchor.segment) }
        return .damaged(
            JournalDamage(
                segment: anchor.segment, offset: 0, sequence: expected, finding: .segmentHeader, witness: witness))
    }
}

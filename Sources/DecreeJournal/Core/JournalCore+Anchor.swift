import PaxosBase

// A second file tells how far the journal reached, so that the loss of its end is noticed. It is written
//
// - before a batch is acknowledged that raises a promise or an incarnation, or that begins a segment: these can never
//   get lost unnoticed;
// - after every so many batches or bytes, and when nothing was appended for a while: what was acknowledged since may;
// - when the journal is opened, and when it is closed: after that nothing may be missing.

extension JournalCore {
    /// What is known of the second file, and what it is to say next.
    struct Anchoring: Hashable {
        /// Zero while there is no file.
        var fileByteCount: Int
        /// Of the last one that was begun.
        var generation: UInt64
        /// A write of it is under way; its sync brings what is withheld.
        var isWriting = false
        /// Everything up to this batch will be named by the one under way, or is by the last one.
        var sequence: UInt64 = 0
        /// Acknowledged since.
        var batches = 0
        var byteCount = 0
        /// Durable, and told once the anchor is.
        var withheld: [DurableWrite] = []
        /// What recovery found is durable once the anchor is.
        var isOpening = false
        /// The journal's former life ended cleanly.
        let followsCleanEnd: Bool
    }

    /// How much may have been acknowledged since the last anchor.
    private static let maximumBatches = 256
    private static let maximumByteCount = 16 << 20

    /// So much was acknowledged that the next batch waits for an anchor.
    var isAnchorDue: Bool {
        anchoring.batches >= Self.maximumBatches || anchoring.byteCount >= Self.maximumByteCount
    }

    /// Begins the file, which has to be there before the first batch.
    mutating func makeAnchor(into effects: inout [JournalEffect]) {
        prepare(.anchor, byteCount: options.anchorByteCount, into: &effects)
    }

    /// Tells of all that is durable.
    mutating func writeAnchor(isClean: Bool = false, into effects: inout [JournalEffect]) {
        invariant(!anchoring.isWriting && inFlight == nil, "an anchor is written while nothing else is")
        anchoring.generation += 1
        anchoring.isWriting = true
        anchoring.sequence = nextSequence - 1
        anchoring.batches = 0
        anchoring.byteCount = 0
        let isClean = isClean || flaws.contains(.cleanEndKept) && anchoring.followsCleanEnd
        let anchor = JournalAnchor(
            generation: anchoring.generation, fileByteCount: anchoring.fileByteCount, identity: identity,
            sequence: anchoring.sequence,
            segment: segments.last?.number ?? .anchor, end: end, isClean: isClean,
            votes: groups.map {
                JournalAnchor.Vote(group: $0.group, incarnation: $0.incarnation, promised: $0.promised)
            })
        invariant(
            anchor.byteCount <= anchoring.fileByteCount / 2,
            "an anchor holds all groups: \(anchor.byteCount) of \(anchoring.fileByteCount / 2) bytes")
        if !flaws.contains(.anchorNotWritten) || anchoring.isOpening {
            effects.append(.write(.anchor, offset: anchor.offset, bytes: JournalBytes(anchor.encode())))
        }
        effects.append(.sync(.anchor))
    }

    mutating func finishAnchor(into effects: inout [JournalEffect]) {
        anchoring.isWriting = false
        if anchoring.isOpening {
            anchoring.isOpening = false
            effects.append(.ready)
        }
        guard !anchoring.withheld.isEmpty else { return }
        effects.append(.durable(anchoring.withheld))
        anchoring.withheld = []
    }
}

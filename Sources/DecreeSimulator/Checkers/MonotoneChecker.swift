import PaxosBase
import PaxosLog

/// Promises and watermarks of a node never go back, in one life and, as far as they were durable or a peer has seen
/// them, across restarts; and a ballot belongs to one incarnation.
struct MonotoneChecker {
    private struct Mark {
        /// Of the current life.
        var promised = Ballot.zero
        var watermark = Slot.zero
        /// The highest promise that a message showed.
        var shown = Ballot.zero
        /// Up to where it said that it needs nothing from the others any more.
        var shownWatermark = Slot.zero
        /// The highest promise among the records written, in the order of writing.
        var recorded = Ballot.zero
        /// The highest ballot the node stood with, in this life and in those before.
        var stood = Ballot.zero
        var stoodBefore = Ballot.zero
    }

    private var marks: [Mark]

    init(nodeCount: Int) { marks = Array(repeating: Mark(), count: nodeCount) }

    mutating func stepped(
        _ node: Int, promised: Ballot, watermark: Slot, _ findings: Findings
    ) {
        if promised < marks[node].promised {
            findings.report(.monotone, "node \(node) goes back from promise \(marks[node].promised) to \(promised)")
        }
        if watermark < marks[node].watermark {
            findings.report(.monotone, "node \(node) goes back from \(marks[node].watermark) to \(watermark)")
        }
        marks[node].promised = promised
        marks[node].watermark = watermark
    }

    /// A node starts again with what it found on its disk.
    mutating func restarted(
        _ node: Int, promised: Ballot, watermark: Slot, durable: DurableState, _ findings: Findings
    ) {
        let needed = max(marks[node].shown, durable.promised)
        if promised < needed {
            findings.report(.monotone, "node \(node) had promised \(needed) and starts again with \(promised)")
        }
        let known = max(durable.watermark, marks[node].shownWatermark)
        if watermark < known {
            findings.report(.monotone, "node \(node) knew \(known) and starts again at \(watermark)")
        }
        marks[node].promised = promised
        marks[node].watermark = watermark
        marks[node].recorded = promised
        marks[node].stoodBefore = marks[node].stood
    }

    /// The disk of a node was emptied: what it said before, somebody else said.
    mutating func wiped(_ node: Int) { marks[node] = Mark() }

    /// A message that shows a promise or an acceptance in `ballot` leaves.
    mutating func showed(_ node: Int, _ ballot: Ballot) { marks[node].shown = max(marks[node].shown, ballot) }

    /// A message leaves that says that everything up to `watermark` is chosen and durable here.
    mutating func showed(_ node: Int, durable watermark: Slot) {
        marks[node].shownWatermark = max(marks[node].shownWatermark, watermark)
    }

    /// A node asks for promises in `ballot`.
    mutating func stood(_ node: Int, _ ballot: Ballot, _ findings: Findings) {
        if ballot <= marks[node].stoodBefore {
            findings.report(.monotone, "node \(node) stands in \(ballot), which a former life of it used")
        }
        marks[node].stood = max(marks[node].stood, ballot)
    }

    /// A record that promises or accepts in `ballot` is written.
    mutating func wrote(_ node: Int, _ ballot: Ballot, isAcceptance: Bool, _ findings: Findings) {
        if ballot < marks[node].recorded {
            let deed = isAcceptance ? "accepts in" : "promises"
            findings.report(.monotone, "node \(node) \(deed) \(ballot) after \(marks[node].recorded)")
        }
        marks[node].recorded = max(marks[node].recorded, ballot)
    }
}

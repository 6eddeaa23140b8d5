import DecreeLearning
import Foundation

/// Goes through all that can happen to Paxos within bounds, and tells how much that was.
struct ThoroughText {
    let text: LearnText

    /// - Parameter isThorough: All bounds, which takes minutes.
    func run(isThorough: Bool) {
        let bounds: [ThoroughBounds] = isThorough ? ThoroughBounds.allCases : [.quick]
        Output.write(
            "\n" + text.paragraph("The same code in a harsher world. Messages are lost, repeated and overtaken:"))
        for bound in bounds { run(bound) }
        guard !isThorough else { return }
        Output.write(
            text.paragraph("decree learn 12 --thorough goes through three ballots, and a learner and two crashes."))
    }

    private func run(_ bounds: ThoroughBounds) {
        var progress = SearchProgress()
        let start = Date()
        let report = bounds.search { progress.reached($0) }
        progress.end()
        let seconds = LearnText.rounded(Date().timeIntervalSince(start))
        let verdict = report.finding ?? (report.isComplete ? "nothing breaks it" : "nothing was found")
        Output.write(
            text.paragraph(
                "\(bounds.text): \(report.states) states, \(report.transitions) steps, up to \(report.depth) in a row, "
                    + "\(seconds) s: \(verdict)."))
    }
}

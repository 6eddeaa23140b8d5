import DecreePages
import DecreeSimulator
import Foundation

/// A file with a scenario.
struct ScenarioFile {
    let path: String

    /// Carries it out, and shows what happens.
    func show(_ shown: RunOptions) throws(ClientFailure) {
        let (lines, run) = try recorded(try read())
        Output.write(lines)
        try shown.write(run)
    }

    private func recorded(_ text: String) throws(ClientFailure) -> (lines: String, run: RecordedRun) {
        do throws(ScenarioError) {
            return try Scenario.record(text, command: "decree simulate --scenario \(path) --html FILE")
        } catch {
            throw ClientFailure(.failed, "\(path), \(error)")
        }
    }

    private func read() throws(ClientFailure) -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ClientFailure(.failed, "\(path) cannot be read: \(error.localizedDescription)")
        }
    }
}

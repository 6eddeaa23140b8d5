import DecreePages

/// A scenario in text: steps, and what the cluster made of each.
///
/// ```text
/// # A command that reaches a follower goes to the leader, and both apply it.
/// > nodes 3
/// > quietly elect n1
/// > propose n2 x
///    2 ms  n2 -> n1  forward n2#1 x
/// ```
///
/// Lines that begin with `#` are for the reader, the first of them states what the scenario shows; those that begin
/// with `>` are steps (``ScenarioStep``); all others are what happened, one line for each event, and are written by
/// ``ScenarioRunner``. Nodes are real replicas with real journals, and time, network and disks are in the hands of the
/// steps, so equal steps make equal lines.
public enum Scenario {
    /// Carries out the steps of a scenario.
    /// - Parameter text: A scenario, with or without what happens.
    /// - Returns: The scenario with what happens.
    /// - Throws: Which line could not be understood or carried out.
    public static func run(_ text: String) throws(ScenarioError) -> String { try play(text).lines }

    /// The same, and what happened recorded for a page.
    /// - Parameter command: How the page is made.
    public static func record(
        _ text: String, command: String
    ) throws(ScenarioError) -> (lines: String, run: RecordedRun) {
        let (lines, recorder) = try play(text)
        return (lines, recorder.run(paragraphs(text), command: command))
    }

    private static func play(_ text: String) throws(ScenarioError) -> (lines: String, recorder: ScenarioRecorder) {
        var runner = ScenarioRunner()
        var lines: [String] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix(">") {
                lines.append(String(line))
                do throws(ScenarioProblem) {
                    let (step, isQuiet) = try ScenarioStep.read(line.dropFirst())
                    let happened = try runner.carryOut(step, line.dropFirst(2))
                    if !isQuiet { lines += happened }
                } catch {
                    throw ScenarioError(line: number + 1, problem: error.text)
                }
            } else if line.isEmpty || line.hasPrefix("#") {
                lines.append(String(line))
            }
        }
        guard lines.first?.hasPrefix("# ") == true else {
            throw ScenarioError(line: 1, problem: "the first line says what the scenario shows: # ...")
        }
        return (lines.joined(separator: "\n"), runner.recorder)
    }

    /// What a scenario tells its reader; the first is its claim.
    private static func paragraphs(_ text: String) -> [String] {
        var paragraphs: [String] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.hasPrefix("# ") ? String(line.dropFirst(2)) : ""
            if words.isEmpty {
                isInside = false
            } else if isInside {
                paragraphs[paragraphs.count - 1] += " \(words)"
            } else {
                paragraphs.append(words)
                isInside = true
            }
        }
        return paragraphs
    }
}

/// A line of a scenario that could not be carried out.
public struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
    public let line: Int
    public let problem: String

    public var description: String { "line \(line): \(problem)" }
}

/// What is wrong with a step.
struct ScenarioProblem: Error {
    let text: String

    init(_ text: String) { self.text = text }
}

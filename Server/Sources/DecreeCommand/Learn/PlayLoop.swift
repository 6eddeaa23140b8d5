import DecreeLearning
import Foundation

/// A reader against a step: asks what happens next until something breaks, nothing is left, or the reader has enough.
struct PlayLoop {
    let step: Step
    let text: LearnText

    private enum Command: Equatable {
        case choose(Int)
        case undo
        case hint
        case diagram
        case quit
    }

    func run() throws(ClientFailure) {
        Output.write(text.introduction(step) + "\n" + text.paragraph(rules))
        var game = Game(step)
        while true {
            if let finding = game.finding { return Output.write(broken(finding, game)) }
            guard !game.choices.isEmpty else { return Output.write(unbroken(game)) }
            Output.write(position(game))
            guard let line = prompt() else { return Output.write(stopped) }
            guard let command = parse(line, choices: game.choices.count) else {
                StandardError.write(
                    "decree: '\(line)' is no move: a number from 1 to \(game.choices.count), u, h, d or q\n")
                continue
            }
            if command == .quit { return Output.write(stopped) }
            carryOut(command, &game)
        }
    }

    private var rules: String {
        let goal: String
        switch step.breaks {
        case .agreement: goal = "You win when two nodes decide different values."
        case .validity: goal = "You win when a value is decided that nobody wants."
        case .progress:
            goal = "You win when a node waits for ever although a majority lives: nothing is left to happen but deaths."
        case .order: goal = "You win when two nodes deliver commands in different orders, or one of them twice."
        case nil where step != .paxos:
            goal = "You win when two nodes deliver commands in different orders, or one of them twice. Nobody has."
        case nil: goal = "This is Paxos: you win when two nodes decide different values. Nobody has."
        }
        return "You are the network. Messages take as long as you like, and you decide what happens next. \(goal) "
            + "Type the number of a move, or u to take one back, h for a hint, d for what happened until now, q to stop."
    }

    private func position(_ game: Game) -> String {
        let last = game.run.moments.last.map { moment in
            moment.consequences.isEmpty ? "" : text.paragraph(moment.consequences.joined(separator: ", ") + ".")
        }
        let moves = game.choices.enumerated().map { "  \($0 + 1)  \($1)\n" }
        return (last ?? "") + "\nMove \(game.run.moments.count + 1). What happens?\n" + moves.joined()
    }

    private func prompt() -> String? {
        if isatty(STDIN_FILENO) == 1 { Output.write("> ") }
        return readLine()
    }

    private func parse(_ line: String, choices: Int) -> Command? {
        let word = line.trimmingCharacters(in: .whitespaces)
        switch word {
        case "u": return .undo
        case "h": return .hint
        case "d": return .diagram
        case "q": return .quit
        default:
            guard let number = Int(word), (1...choices).contains(number) else { return nil }
            return .choose(number - 1)
        }
    }

    private func carryOut(_ command: Command, _ game: inout Game) {
        switch command {
        case .choose(let choice): game.choose(choice)
        case .undo: if !game.undo() { Output.write("There is nothing to take back.\n") }
        case .hint: Output.write(text.paragraph(hint(game)))
        case .diagram: Output.write(text.diagram(game.run))
        case .quit: break
        }
    }

    private func hint(_ game: Game) -> String {
        var progress = SearchProgress()
        let shortest = game.shortest { progress.reached($0) }
        progress.end()
        guard let shortest else { return "Nothing that can happen from here breaks it. Take something back." }
        let moves = shortest.moves == 1 ? "one move" : "\(shortest.moves) moves"
        return "From here \(moves) can break it; the first is \(shortest.first + 1)."
    }

    private func broken(_ finding: String, _ game: Game) -> String {
        var progress = SearchProgress()
        let best = Game(step).shortest { progress.reached($0) }?.moves ?? 0
        progress.end()
        let moves = game.run.moments.count
        let score = moves == best ? "There is no shorter way: well done." : "The shortest way has \(best)."
        return "\n" + text.terminal.red("You broke it: \(finding)") + "\n\n" + text.diagram(game.run) + "\n"
            + text.paragraph("You took \(moves) moves. \(score)") + text.paragraph("Why it breaks. \(step.reason)")
    }

    private func unbroken(_ game: Game) -> String {
        let again =
            step.breaks == nil ? step.reason : "Another order would have: try again, or decree learn \(step.number)."
        return "\n" + text.diagram(game.run) + "\n"
            + text.paragraph("Nothing can happen any more, and nothing is wrong. \(again)")
    }

    private var stopped: String { "\nYou stopped. decree learn \(step.number) shows the shortest way.\n" }
}

import PaxosBase
import PaxosSynod

/// An acceptor that somebody brought: something that can be started anew, killed, and that answers what it is asked.
public protocol BroughtAcceptor: AnyObject {
    /// Forget everything: a life begins, as the acceptor with this number, from 0.
    func start(acceptor: Int) throws(BroughtFailure)

    /// Dies at once, between two answers, and starts again with what it kept.
    func restart() throws(BroughtFailure)

    /// Answers a request.
    /// - Parameter request: ``SynodMessage/prepare(_:)`` or ``SynodMessage/accept(_:)``.
    /// - Returns: ``SynodMessage/promise(_:accepted:)``, ``SynodMessage/accepted(_:)`` or ``SynodMessage/refused(_:promised:)``.
    func answer(_ request: SynodMessage) throws(BroughtFailure) -> SynodMessage
}

/// Why a brought acceptor cannot be asked any more.
public struct BroughtFailure: Error, Hashable, Sendable {
    /// In words that go on "the acceptor cannot be checked: it ...".
    public let text: String

    /// - Parameter text: As ``text``.
    public init(text: String) { self.text = text }
}

/// Asks a brought acceptor, and remembers what it answered: whatever heard the same says the same.
final class Bench {
    let world = SynodWorld(BroughtWorld.plan)
    private(set) var failure: BroughtFailure?
    private(set) var questions = 0
    private(set) var restarts = 0
    private var requests: [SynodMessage] = []
    private var answers: [[UInt8]: SynodMessage] = [:]
    private let brought: any BroughtAcceptor

    /// In what an acceptor met, that it was killed. What kills come to is asked of one of the three and taken for the others as
    /// well: which of them it is can make a difference to nothing but where it keeps things, and a kill takes time.
    static let killed = UInt8.max

    init(_ acceptor: any BroughtAcceptor) { brought = acceptor }

    func number(of request: SynodMessage) -> UInt8 {
        if let known = requests.firstIndex(of: request) { return UInt8(known) }
        requests.append(request)
        return UInt8(requests.count - 1)
    }

    /// What it says to the last of what it met; nil when it cannot be asked.
    func answer(after history: [UInt8], acceptor: Int) -> SynodMessage? {
        let key = history.contains(Self.killed) ? history : [UInt8(acceptor)] + history
        if let known = answers[key] { return known }
        guard failure == nil else { return nil }
        do throws(BroughtFailure) {
            try brought.start(acceptor: acceptor)
            var answer: SynodMessage?
            for number in history { answer = try meet(number) }
            answers[key] = answer
            return answer
        } catch {
            failure = error
            return nil
        }
    }

    private func meet(_ number: UInt8) throws(BroughtFailure) -> SynodMessage? {
        guard number != Self.killed else {
            restarts += 1
            try brought.restart()
            return nil
        }
        questions += 1
        return try brought.answer(requests[Int(number)])
    }
}

/// What a check of a brought acceptor found.
public struct BroughtReport {
    /// What is wrong; nil when nothing is.
    public let finding: String?
    /// The shortest way there: proposers are nodes 0 and 1, acceptors 2 to 4.
    public let run: Run?
    /// How often an acceptor was killed where that was found, at most: where nothing is wrong without, one of them is killed once.
    public let crashes: Int
    /// How many states were gone through.
    public let states: Int
    /// How many requests the acceptor was asked.
    public let questions: Int
    /// How many times it was killed and started again.
    public let restarts: Int
}

extension BroughtAcceptor {
    /// Goes through all that can happen to three of these and two proposers with a ballot each: first while nobody is killed,
    /// and where nothing is wrong with that, with one of them killed at any moment between two answers.
    /// - Parameter progress: Told now and then how many states were reached.
    /// - Throws: What its methods throw.
    public func check(progress: (Int) -> Void = { _ in }) throws(BroughtFailure) -> BroughtReport {
        let bench = Bench(self)
        let calm = try report(bench, crashes: 0, progress)
        return calm.finding == nil ? try report(bench, crashes: 1, progress) : calm
    }

    private func report(_ bench: Bench, crashes: Int, _ progress: (Int) -> Void) throws(BroughtFailure) -> BroughtReport
    {
        let first = BroughtWorld(bench, crashes: crashes)
        let search = Search(from: first, progress: progress)
        if let failure = bench.failure { throw failure }
        return BroughtReport(
            finding: search.counterexample?.text, run: search.counterexample.map { Self.run($0.actions, from: first) },
            crashes: crashes, states: search.states, questions: bench.questions, restarts: bench.restarts)
    }

    /// The run in words, as those of steps are told.
    private static func run(_ actions: [BroughtWorld.Action], from first: BroughtWorld) -> Run {
        var world = first
        var sentAt: [SynodPacket: Int] = [:]
        var moments: [Moment] = []
        for action in actions {
            let (sent, _) = world.happen(action)
            for packet in sent { sentAt[packet] = moments.count + 1 }
            let answers = Set(sent.map(\.description)).sorted()
            moments.append(moment(action, sentAt, consequences: answers.map { "it says: \($0)" }))
        }
        return Run(nodes: world.places, moments: moments)
    }

    private static func moment(
        _ action: BroughtWorld.Action, _ sentAt: [SynodPacket: Int], consequences: [String]
    ) -> Moment {
        switch action {
        case .isKilled(let node):
            return Moment(
                happening: .restarts(node: node), text: "node \(node) is killed and starts again", consequences: [])
        case .arrives(let packet):
            let arrival = Moment.Happening.arrives(
                from: packet.sender, to: packet.receiver, sentAt: sentAt[packet] ?? 0)
            return Moment(happening: arrival, text: packet.description, consequences: consequences)
        }
    }
}

import PaxosBase
import PaxosSynod

/// An acceptor that somebody brought: something that can be started anew, and that answers what it is asked.
public protocol BroughtAcceptor: AnyObject {
    /// Forget everything: a life begins, as the acceptor with this number, from 0.
    func start(acceptor: Int) throws(BroughtFailure)

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
    private var requests: [SynodMessage] = []
    private var answers: [[UInt8]: SynodMessage] = [:]
    private let brought: any BroughtAcceptor

    init(_ acceptor: any BroughtAcceptor) { brought = acceptor }

    func number(of request: SynodMessage) -> UInt8 {
        if let known = requests.firstIndex(of: request) { return UInt8(known) }
        requests.append(request)
        return UInt8(requests.count - 1)
    }

    /// What it says to the last of what it heard; nil when it cannot be asked.
    func answer(after history: [UInt8], acceptor: Int) -> SynodMessage? {
        let key = [UInt8(acceptor)] + history
        if let known = answers[key] { return known }
        guard failure == nil else { return nil }
        do throws(BroughtFailure) {
            try brought.start(acceptor: acceptor)
            var answer: SynodMessage?
            for request in history {
                questions += 1
                answer = try brought.answer(requests[Int(request)])
            }
            answers[key] = answer
            return answer
        } catch {
            failure = error
            return nil
        }
    }
}

/// What a check of a brought acceptor found.
public struct BroughtReport {
    /// What is wrong; nil when nothing is.
    public let finding: String?
    /// The shortest way there: proposers are nodes 0 and 1, acceptors 2 to 4.
    public let run: Run?
    /// How many states were gone through.
    public let states: Int
    /// How many requests the acceptor was asked.
    public let questions: Int
}

extension BroughtAcceptor {
    /// Goes through all that can happen to three of these and two proposers with a ballot each.
    /// - Parameter progress: Told now and then how many states were reached.
    /// - Throws: What its methods throw.
    public func check(progress: (Int) -> Void = { _ in }) throws(BroughtFailure) -> BroughtReport {
        let bench = Bench(self)
        let search = Search(from: BroughtWorld(bench), progress: progress)
        if let failure = bench.failure { throw failure }
        return BroughtReport(
            finding: search.counterexample?.text, run: search.counterexample.map { Self.run($0.actions, bench) },
            states: search.states, questions: bench.questions)
    }

    /// The run in words, as those of steps are told.
    private static func run(_ actions: [SynodPacket], _ bench: Bench) -> Run {
        var world = BroughtWorld(bench)
        var sentAt: [SynodPacket: Int] = [:]
        var moments: [Moment] = []
        for packet in actions {
            let (sent, _) = world.happen(packet)
            for packet in sent { sentAt[packet] = moments.count + 1 }
            let arrival = Moment.Happening.arrives(
                from: packet.sender, to: packet.receiver, sentAt: sentAt[packet] ?? 0)
            let answers = Set(sent.map(\.description)).sorted()
            moments.append(
                Moment(happening: arrival, text: packet.description, consequences: answers.map { "it says: \($0)" }))
        }
        return Run(nodes: bench.world.seats.count, moments: moments)
    }
}

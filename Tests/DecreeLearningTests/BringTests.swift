import PaxosBase
import PaxosSynod
import Testing

@testable import DecreeLearning

@Suite("An acceptor that somebody brought")
struct BringTests {
    enum Fault: CaseIterable {
        case acceptsBelow, promisesBelow, omitsAccepted, refusesAll, answersOther
        /// When it is killed.
        case forgetsAll, forgetsPromise, forgetsAccepted
    }

    private final class Brought: BroughtAcceptor {
        private let fault: Fault?
        private var promised = Ballot.zero
        private var accepted: Proposal?
        private(set) var starts = 0
        var answersLeft = Int.max

        init(_ fault: Fault?) { self.fault = fault }

        func start(acceptor: Int) throws(BroughtFailure) {
            starts += 1
            promised = .zero
            accepted = nil
        }

        /// What it should keep is all that it has.
        func restart() throws(BroughtFailure) {
            if fault == .forgetsAll || fault == .forgetsPromise { promised = .zero }
            if fault == .forgetsAll || fault == .forgetsAccepted { accepted = nil }
        }

        func answer(_ request: SynodMessage) throws(BroughtFailure) -> SynodMessage {
            guard answersLeft > 0 else { throw BroughtFailure(text: "it is gone") }
            answersLeft -= 1
            switch request {
            case .prepare(let ballot): return prepare(ballot)
            case .accept(let proposal): return accept(proposal)
            default: throw BroughtFailure(text: "it is asked something else: \(request)")
            }
        }

        private func prepare(_ ballot: Ballot) -> SynodMessage {
            if fault == .answersOther { return .promise(Ballot(number: 9, identity: NodeID(1)), accepted: nil) }
            if fault == .refusesAll { return .refused(ballot, promised: Ballot(number: 9, identity: NodeID(1))) }
            guard ballot >= promised || fault == .promisesBelow else { return .refused(ballot, promised: promised) }
            promised = ballot
            return .promise(ballot, accepted: fault == .omitsAccepted ? nil : accepted)
        }

        private func accept(_ proposal: Proposal) -> SynodMessage {
            guard proposal.ballot >= promised || fault == .acceptsBelow else {
                return .refused(proposal.ballot, promised: promised)
            }
            promised = max(promised, proposal.ballot)
            accepted = proposal
            return .accepted(proposal)
        }
    }

    @Test("A sound one passes all that can happen")
    func sound() throws {
        let report = try Brought(nil).check()
        #expect(report.finding == nil && report.run == nil && report.states > 1_000)
        #expect(report.crashes == 1 && report.restarts > 100, "\(report)")
    }

    static let faults: [(Fault, says: String)] = [
        (.acceptsBelow, "P2b"), (.promisesBelow, "P2b"), (.omitsAccepted, "P2b"), (.refusesAll, "progress"),
        (.answersOther, "answers"),
    ]

    @Test("One that breaks a rule is found, with a run that shows it", arguments: faults)
    func faulty(fault: Fault, says: String) throws {
        let report = try Brought(fault).check()
        let finding = try #require(report.finding)
        #expect(finding.hasPrefix(says), "\(finding)")
        #expect(try #require(report.run).moments.count > 0 && report.crashes == 0 && report.restarts == 0)
    }

    @Test(
        "One that forgets when it is killed is found, with a kill in the run",
        arguments: [Fault.forgetsAll, .forgetsPromise, .forgetsAccepted])
    func forgetful(fault: Fault) throws {
        let report = try Brought(fault).check()
        #expect(report.crashes == 1 && report.restarts > 0)
        #expect(report.finding?.hasPrefix("P2b") == true, "\(report)")
        let kills = try #require(report.run).moments.filter { moment in
            if case .restarts = moment.happening { true } else { false }
        }
        #expect(kills.count == 1 && kills.first?.text.hasSuffix("is killed and starts again") == true, "\(report)")
    }

    @Test("One that cannot be asked any more ends the check with what it says")
    func gone() {
        let brought = Brought(nil)
        brought.answersLeft = 5
        #expect(throws: BroughtFailure(text: "it is gone")) { _ = try brought.check() }
    }
}

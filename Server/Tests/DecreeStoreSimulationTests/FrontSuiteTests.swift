import DecreeServer
import DecreeSimulator
import Testing

@testable import DecreeStoreSimulation

@Suite("The services at the ports of simulated nodes", .timeLimit(.minutes(20)))
struct FrontSuiteTests {
    /// What notices each rule that is left out.
    static let expected: [(flaw: ServiceFlaw, checkers: Set<CheckerName>)] = [
        (.useCountIgnored, [.outcome, .linearizability]), (.cancellationIgnored, [.outcome]),
        (.halfCloseIgnored, [.outcome]), (.fullLineIgnored, [.outcome]), (.failureUntold, [.outcome]),
        (.unknownToldAsFailed, [.linearizability]), (.laterLookForgotten, [.outcome]),
        (.reclaimNotAwaited, [.outcome]), (.answeredTwice, [.outcome]), (.commandsForgottenWithLeader, [.outcome]),
        (.streamsOutlastStop, [.outcome]),
    ]

    private static func violation(_ seed: UInt64, _ planted: ServiceFlaw) -> Violation? {
        Simulator<StoreWorkload>.run(seed: seed) { $0.planted = planted }.violation
    }

    @Test("Each rule that is left out is noticed over real logs", arguments: expected)
    func plantedBugs(_ flaw: ServiceFlaw, checkers: Set<CheckerName>) {
        let found = (1...200 as ClosedRange<UInt64>).lazy.compactMap { Self.violation($0, flaw) }.first
        #expect(found.map { checkers.contains($0.checker) } == true, "\(String(describing: found))")
    }

    @Test("No rule is left without somebody who notices")
    func complete() { #expect(Set(Self.expected.map(\.flaw)) == Set(ServiceFlaw.allCases)) }
}

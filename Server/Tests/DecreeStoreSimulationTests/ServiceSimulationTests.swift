import DecreeServer
import DecreeSimulator
import Testing

@testable import DecreeStoreSimulation

@Suite("The services in a simulated port", .timeLimit(.minutes(20)))
struct ServiceSimulationTests {
    private static func finding(_ seed: UInt64, _ planted: ServiceFlaw? = nil) -> String? {
        var run = Run(ServiceHarness(seed: seed, planted: planted), OutcomeObserver(), Choices(seed: seed))
        return run.go()
    }

    @Test("Every request gets exactly one outcome, its own and in its time, over 300 seeds")
    func soundServicesPass() {
        for seed: UInt64 in 1...300 {
            if let finding = Self.finding(seed) { Issue.record("seed \(seed): \(finding)") }
        }
    }

    /// What a node does not do here, or whose outcome nobody compares with a log, is noticed over real logs only.
    static let noticed = ServiceFlaw.allCases.filter {
        ![.unknownToldAsFailed, .laterLookForgotten, .reclaimNotAwaited].contains($0)
    }

    @Test("Each rule that is left out is noticed", arguments: noticed)
    func plantedBugs(_ flaw: ServiceFlaw) {
        let seed = (1...100 as ClosedRange<UInt64>).first { Self.finding($0, flaw) != nil }
        #expect(seed != nil)
    }

    @Test("Every kind of step occurs, and equal seeds go equal ways")
    func ways() {
        var seen: Set<ServiceHarness.Event> = []
        for seed: UInt64 in 1...40 {
            var first = Run(ServiceHarness(seed: seed), TraceRecorder<ServiceHarness>(), Choices(seed: seed))
            var second = Run(ServiceHarness(seed: seed), TraceRecorder<ServiceHarness>(), Choices(seed: seed))
            first.go()
            second.go()
            #expect(first.observer.events == second.observer.events)
            seen.formUnion(first.observer.events)
        }
        #expect(
            seen == [
                .called, .opened, .sent, .halfClosed, .cancelled, .turnEnded, .completed, .nodeChanged, .drained,
                .timePassed, .stopping,
            ])
    }
}

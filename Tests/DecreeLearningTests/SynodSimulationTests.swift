import PaxosBase
import PaxosSynod
import Testing

@testable import DecreeLearning

@Suite("A Synod, simulated over the journal that ships")
struct SynodSimulationTests {
    @Test(
        "A thousand runs with losses, repetitions, detours and crashes at every write agree, and end with everybody knowing"
    )
    func sound() {
        var sights = SynodSimulation.Sights()
        for seed in UInt64(1)...1_000 {
            let finding = SynodSimulation.run(seed: seed, sights: &sights)
            #expect(finding == nil, "seed \(seed): \(finding ?? "")")
        }
        #expect(sights.crashes > 1_000 && sights.lost > 1_000 && sights.repeated > 1_000)
        #expect(sights.adopted > 500 && sights.refusals > 1_000)
        #expect(sights.chosenUnderFaults > 500 && sights.passedOn > 200)
    }

    @Test("A seed gives the same run again")
    func repeats() {
        for seed in UInt64(1)...20 {
            var (first, second) = (SynodSimulation.Sights(), SynodSimulation.Sights())
            _ = SynodSimulation.run(seed: seed, sights: &first)
            _ = SynodSimulation.run(seed: seed, sights: &second)
            #expect(first == second)
        }
    }

    @Test("Every rule that is left out is noticed within ten thousand runs", arguments: SynodFlaw.allCases)
    func planted(flaw: SynodFlaw) {
        var sights = SynodSimulation.Sights()
        let seed = (UInt64(1)...10_000).first { SynodSimulation.run(seed: $0, flaw: flaw, sights: &sights) != nil }
        #expect(seed != nil)
    }
}

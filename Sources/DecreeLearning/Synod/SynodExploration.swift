import DecreeSimulator
import PaxosBase
import PaxosSynod

/// A Synod's world with its checker as one value, to be gone through.
struct SynodExploration: Explorable {
    private(set) var world: SynodWorld
    private var checker = SynodChecker()

    init(_ plan: SynodPlan) {
        invariant(plan.isExplored, "a world that is explored has no time and plain disks")
        world = SynodWorld(plan)
    }

    func actions() -> [SynodWorld.Kind] { world.kinds }

    mutating func perform(_ action: SynodWorld.Kind) -> String? { happen(action).finding }

    /// The same, telling what came of it.
    mutating func happen(_ kind: SynodWorld.Kind) -> (event: SynodWorld.Event, finding: String?) {
        // A plain disk leaves nothing to chance.
        var choices = Choices(seed: 0)
        let event = world.happen(SynodWorld.Event(kind: kind), &choices)
        return (event, checker.saw(event, in: world))
    }
}

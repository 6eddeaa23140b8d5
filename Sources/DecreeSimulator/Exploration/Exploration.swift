/// Goes through what a small cluster of real replicas can do, breadth first, with the checkers that judge from disks and
/// messages alone.
public enum Exploration {
    /// What came of it.
    public struct Report: Hashable, Sendable {
        public let states: Int
        /// Steps made, also those that led to a state that was known.
        public let transitions: Int
        /// From the beginning so many steps deep nothing was left out.
        public let depth: Int
        /// Nothing was left out at all.
        public let isComplete: Bool
        /// What a checker found; nil when nothing.
        public let finding: String?
        /// The fewest steps that lead there, a line for each.
        public let trace: [String]
        /// The same as choices.
        public let script: Script
    }

    /// - Parameters:
    ///   - candidates: How many of three nodes stand, once each and at any moment.
    ///   - commands: How many commands each leader proposes.
    ///   - crashes: How many crashes there are, of any node at any moment.
    ///   - states: After so many states it ends.
    ///   - planted: A bug that is put into the core, to see that it is found.
    public static func run(
        candidates: Int = 2, commands: Int = 1, crashes: Int = 1, states: Int, planted: PlantedBug? = nil
    ) -> Report {
        let flaws = planted.map { Set([$0.flaw]) } ?? []
        let cluster = SmallCluster(
            .init(candidates: candidates, commands: commands, crashes: crashes, flaws: flaws))
        let result = Explorer.explore(cluster, SmallClusterChecker(cluster), limits: .init(states: states))
        return Report(
            states: result.states, transitions: result.transitions, depth: result.depth,
            isComplete: result.isComplete, finding: result.counterexample?.text,
            trace: result.counterexample?.events.map(\.description) ?? [],
            script: result.counterexample?.script ?? Script())
    }
}

import DecreePages
import PaxosBase
import PaxosLog

/// A run of a small cluster on its way: the one that an exploration found, or one that left it.
///
/// A run that was left goes on by itself: writes become durable at once, and messages arrive in the order in which they were sent;
/// then nodes stand and propose. Nobody crashes by itself.
struct ClusterWalk: RunWalk {
    private var cluster: SmallCluster
    private var checker: SmallClusterChecker
    private var choices = Choices.scripted(Script())
    /// What is left of the run that was found, each step by its place among what could happen; nil once it was left.
    private var found: ArraySlice<Int>?
    private(set) var recorder: ClusterRecorder
    /// What a checker found.
    private(set) var finding: String?

    init(_ plan: SmallCluster.Plan, found: [Int]) {
        cluster = SmallCluster(plan)
        checker = SmallClusterChecker(cluster)
        recorder = ClusterRecorder(cluster)
        self.found = found[...]
    }

    var count: Int { recorder.count }

    private var possible: [SmallCluster.Event] { finding == nil ? cluster.possibilities() : [] }

    var branches: [Branch] {
        let next = next
        return possible.enumerated().map { recorder.branch($1, isTaken: $0 == next) }
    }

    /// The place of what happens by itself.
    private var next: Int? {
        if let found { return found.first }
        let possible = possible
        return possible.firstIndex { $0.kind == .synced } ?? recorder.oldest(of: possible)
            ?? possible.firstIndex { $0.kind == .stands || $0.kind == .proposes }
    }

    mutating func advance() -> Bool {
        guard let next else { return false }
        happen(next)
        found?.removeFirst()
        return true
    }

    mutating func take(_ branch: Int) {
        happen(branch)
        found = nil
    }

    private mutating func happen(_ place: Int) {
        let event = cluster.happen(possible[place], &choices)
        finding = checker.saw(event, in: cluster)
        recorder.record(event, in: cluster)
    }
}

/// What an exploration found, and all that could have happened besides: the cluster is run again for every way.
struct ClusterWays: WalkedTree {
    let plan: SmallCluster.Plan
    let planted: PlantedBug?
    /// By step: the place of what happens among what can.
    let found: [Int]
    let states: Int
    let command: String

    /// All that a small cluster does ends much earlier.
    static var maximumSteps: Int { 2_000 }

    func begin() -> ClusterWalk { ClusterWalk(plan, found: found) }

    func run(along way: Way) throws(WayProblem) -> RecordedRun {
        let (walk, words, places) = try walk(along: way)
        var run = told(walk, isFound: way == Way())
        run.way = RecordedWay(way, words: words, places: places)
        return run
    }

    /// The run that was found.
    var foundRun: RecordedRun { told(begin(), isFound: true) }

    /// Goes on to the end, and tells it.
    private func told(_ walk: ClusterWalk, isFound: Bool) -> RecordedRun {
        var walk = walk
        while walk.count < Self.maximumSteps, walk.advance() {}
        var run = walk.recorder.run(
            planted.map { "\($0.name), in the fewest steps" } ?? "What was found, in the fewest steps", command: command
        )
        if let planted { run.introduction.insert("Left out: \(planted.meaning)", at: 0) }
        let found = isFound ? " (there is no shorter way: \(states) states were gone through)" : ""
        run.verdict =
            walk.finding.map { RecordedVerdict(holds: false, text: $0 + found) }
            ?? RecordedVerdict(holds: true, text: "In this run nothing is wrong")
        return run
    }
}

extension Exploration {
    /// The run that an exploration found, and all that could have happened besides.
    /// - Parameters:
    ///   - report: Of ``run(candidates:commands:crashes:states:planted:)`` with the same parameters.
    ///   - command: How it is shown.
    /// - Returns: Nil where nothing was found.
    public static func ways(
        of report: Report, candidates: Int = 2, commands: Int = 1, crashes: Int = 1, planted: PlantedBug? = nil,
        command: String
    ) -> (run: RecordedRun, ways: any RunTree)? {
        guard report.finding != nil else { return nil }
        let plan = SmallCluster.Plan(
            candidates: candidates, commands: commands, crashes: crashes, flaws: planted.map { Set([$0.flaw]) } ?? [])
        let ways = ClusterWays(
            plan: plan, planted: planted, found: places(of: report, in: SmallCluster(plan)), states: report.states,
            command: command)
        return (ways.foundRun, ways)
    }

    /// A script says nothing of steps that could not be otherwise.
    private static func places(of report: Report, in cluster: SmallCluster) -> [Int] {
        var cluster = cluster
        var choices = Choices.scripted(report.script)
        return report.trace.map { _ in
            let possible = cluster.possibilities()
            let place = possible.count == 1 ? 0 : choices.index(below: possible.count)
            _ = cluster.happen(possible[place], &choices)
            return place
        }
    }
}

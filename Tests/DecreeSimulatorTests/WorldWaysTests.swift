import DecreePages
import Testing

@testable import DecreeSimulator

@Suite("Other ways of a world")
struct WorldWaysTests {
    private static let ways = Simulator<RegisterWorkload>.ways(seed: 4, maximumEvents: 10_000, command: "none")
    private static let run = Result { try ways.run(along: Way()) }

    /// Steps behind which something is under way, faults may come, and there is a leader.
    private static let steps = [200, 500]

    private func branches(_ step: Int) throws -> [Branch] { try Self.ways.branches(behind: step, along: Way()) }

    private func take(_ step: Int, _ place: Int) throws -> (way: Way, run: RecordedRun) {
        let way = try #require(Way("\(step).\(place)"))
        return (way, try Self.ways.run(along: way))
    }

    @Test("Messages may arrive, get lost, disks be done and nodes fail", arguments: steps)
    func groups(step: Int) throws {
        let branches = try branches(step)
        for group in [Branch.Group.arrival, .loss, .fault] {
            #expect(branches.contains { $0.group == group }, "\(group) among \(branches)")
        }
        #expect(branches.count { $0.isTaken } <= 1)
        #expect(try self.branches(step) == branches, "equal questions have equal answers")
    }

    @Test(
        "Every branch is gone: the same up to there, then something else, and no checker finds anything",
        arguments: steps)
    func everyBranch(step: Int) throws {
        let run = try Self.run.get()
        for (place, branch) in try branches(step).enumerated() {
            let (way, other) = try take(step, place)
            let turn = try #require(other.way?.places.first)
            #expect(other.events.prefix(turn) == run.events.prefix(turn) && turn >= step, "\(way)")
            #expect(other.way?.words == [branch.text] && other.verdict?.holds == true, "\(way): \(branch.text)")
            #expect(other.events.count >= turn + 1_000, "\(way) goes on")
        }
    }

    @Test("A crash is a crash, a message that is taken away never arrives, one that is hastened arrives now")
    func meaning() throws {
        let step = Self.steps[0]
        let branches = try branches(step)
        let crash = try #require(branches.firstIndex { $0.text.hasSuffix(" crashes") })
        let crashed = try take(step, crash).run
        let turn = try #require(crashed.way?.places[0])
        #expect(crashed.kinds[crashed.events[turn].kind].name == "crash")
        let loss = try #require(branches.firstIndex { $0.group == .loss })
        let lost = try take(step, loss).run
        #expect(lost.kinds[lost.events[turn].kind].name == "loss")
        #expect(lost.messages.contains { $0.fate == .lost(turn) })
        let arrival = try #require(branches.firstIndex { $0.group == .arrival && !$0.isTaken })
        let hastened = try take(step, arrival).run
        let event = hastened.events[turn]
        #expect(event.message != nil && branches[arrival].text.hasSuffix(": \(event.text.prefix { $0 != ";" })"))
    }

    @Test("What is not there, and what is too far, is refused")
    func refused() throws {
        #expect(throws: WayProblem.self) { try Self.ways.run(along: try #require(Way("200.999"))) }
        #expect(throws: WayProblem.tooFar(step: 900_000, limit: 100_000)) {
            try Self.ways.branches(behind: 900_000, along: Way())
        }
    }

    @Test("Where a bug is planted the way without turns breaks, and another may not")
    func planted() throws {
        let bug = try #require(PlantedBug(named: "quorumOfOne"))
        let seed = try #require(
            (1...200 as ClosedRange<UInt64>).first {
                Simulator<RegisterWorkload>.run(seed: $0, planted: bug).violation != nil
            })
        let ways = Simulator<RegisterWorkload>.ways(seed: seed, planted: bug, maximumEvents: 500, command: "none")
        let run = try ways.run(along: Way())
        #expect(run.verdict?.holds == false)
        let before = try #require(run.way?.before)
        #expect(try ways.branches(behind: before + run.events.count, along: Way()).isEmpty, "it is over")
        let branches = try ways.branches(behind: before + run.events.count / 2, along: Way())
        #expect(!branches.isEmpty)
        let other = try ways.run(along: try #require(Way("\(before + run.events.count / 2).0")))
        #expect(other.way?.before == before && other.events.first == run.events.first)
    }
}

@Suite("What is planned")
struct PendingTests {
    @Test("What is taken before its time leaves the others in order")
    func take() throws {
        var schedule = Schedule()
        for time in [5, 3, 9, 3, 7] as [UInt64] {
            schedule.plan(Occurrence(.delivery, number: time), at: time)
        }
        #expect(schedule.pending.map(\.occurrence.number) == [3, 3, 5, 7, 9])
        let number = schedule.pending[2].number
        #expect(schedule.take(number)?.number == 5 && schedule.take(number) == nil && schedule.now == 0)
        var rest: [UInt64] = []
        while let (occurrence, _) = schedule.next() { rest.append(occurrence.number) }
        #expect(rest == [3, 3, 7, 9])
    }
}

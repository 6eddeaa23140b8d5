import PaxosBase
import Testing

@testable import PaxosSynod

@Suite("Patience")
struct PatienceTests {
    private static func stage(_ manner: Patience.Manner) -> Stage {
        var stage = Stage(.usual) { Patience(manner, timeout: .milliseconds(10), seed: $0.rawValue) }
        stage.propose(1, red)
        return stage
    }

    private static let refusal = SynodMessage.refused(ballot(1, 1), promised: ballot(2, 2))

    @Test("A relentless proposer answers a refusal with a higher ballot at once")
    func relentless() {
        var stage = Self.stage(.relentless)
        #expect(
            stage.tell(1, Self.refusal, from: 3).map(\.message) == Array(repeating: .prepare(ballot(3, 1)), count: 3))
    }

    @Test("One that backs off waits first, and a second refusal of the same ballot changes nothing but when")
    func backsOff() {
        var stage = Self.stage(.backsOff)
        #expect(stage.tell(1, Self.refusal, from: 3).isEmpty && stage.tell(1, Self.refusal, from: 4).isEmpty)
        stage.now = stage[1].nextDeadline ?? .zero
        let effects = stage.step(1, .timePassed)
        #expect(effects.records == [.stood(ballot(3, 1))])
    }

    @Test("Without answers it tries again")
    func unanswered() {
        var stage = Self.stage(.backsOff)
        stage.now = stage[1].nextDeadline ?? .zero
        #expect(stage.now > .zero && stage.step(1, .timePassed).records == [.stood(ballot(2, 1))])
    }

    @Test("Where another is said to lead it keeps still, and where it is said to lead itself it stands")
    func hint() {
        var stage = Self.stage(.backsOff)
        #expect(stage.step(1, .hinted(leader: NodeID(2))).records.isEmpty)
        #expect(stage[1].nextDeadline == nil && stage.step(1, .stands).records.isEmpty)
        #expect(stage.step(1, .hinted(leader: NodeID(1))).records == [.stood(ballot(2, 1))])
    }
}

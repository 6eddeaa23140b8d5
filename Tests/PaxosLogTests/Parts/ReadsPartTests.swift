import PaxosBase
import Testing

@testable import PaxosLog

@Suite("Reads and the era as parts")
struct ReadsPartTests {
    private let ballot = Parts.ballot(2)
    private let token = ReadToken(4)

    private func begin(_ way: Reads.Way, _ core: inout Core) -> Reads {
        var (reads, effects) = (Reads(), Effects())
        reads.add(.client(token), at: Parts.now)
        reads.begin(by: way, at: Parts.now, seat: Parts.seat, &core, into: &effects)
        return reads
    }

    @Test("A leader's barrier is done when a quorum has confirmed this very ballot and nonce")
    func leaderBarrier() throws {
        var (core, effects) = (Parts.core(), Effects())
        var reads = begin(.ownBallot(ballot, target: .zero), &core)
        let nonce = try #require(reads.barrier?.nonce)
        let old = Nonce(node: nonce.node, incarnation: nonce.incarnation, counter: nonce.counter - 1)
        for (ballot, nonce) in [(Parts.ballot(1), nonce), (ballot, old)] {
            let confirmed = BarrierConfirmed(ballot: ballot, nonce: nonce)
            #expect(!reads.receive(confirmed, from: 1, seat: Parts.seat, &core, into: &effects))
            #expect(reads.barrier != nil)
        }
        let confirmed = BarrierConfirmed(ballot: ballot, nonce: nonce)
        #expect(reads.receive(confirmed, from: 1, seat: Parts.seat, &core, into: &effects))
        #expect(effects.outcomes == [.readReady(token)])
    }

    @Test("A quorum read waits for the highest slot that anyone of the quorum has any record of")
    func quorumRead() throws {
        var (core, effects) = (Parts.core(), Effects())
        var reads = begin(.quorum, &core)
        let nonce = try #require(reads.barrier?.nonce)
        let answer = ProbeAnswer(nonce: nonce, highest: Slot(7))
        reads.receive(answer, from: 2, seat: Parts.seat, &core, into: &effects)
        reads.release(through: Slot(6), into: &effects)
        #expect(effects.outcomes.isEmpty)
        reads.release(through: Slot(7), into: &effects)
        #expect(effects.outcomes == [.readReady(token)])
    }

    @Test("Another leader: reads begin again, under a new nonce, and those of other replicas are dropped")
    func restarts() throws {
        var (core, effects) = (Parts.core(), Effects())
        var reads = begin(.leader(Parts.ballot(1, of: 2)), &core)
        let former = try #require(reads.barrier?.nonce)
        reads.add(.replica(NodeID(3), former), at: Parts.now)
        reads.restart()
        #expect(reads.wantsBarrier)
        reads.begin(by: .quorum, at: Parts.now, seat: Parts.seat, &core, into: &effects)
        #expect(reads.barrier?.waiters.map(\.waiter) == [.client(token)])
        #expect(try #require(reads.barrier?.nonce) > former)
    }

    @Test("Reads that wait too long fail")
    func expires() {
        var (core, effects) = (Parts.core(), Effects())
        var reads = begin(.quorum, &core)
        reads.expire(at: Parts.now + core.settings.readTimeout, settings: core.settings, into: &effects)
        #expect(effects.outcomes == [.readFailed(token)])
    }

    @Test("A read's time goes on while leaders follow each other and every barrier is cut short by the next")
    func expiresInBarriers() {
        var (core, effects) = (Parts.core(), Effects())
        var reads = begin(.quorum, &core)
        let settings = core.settings
        let end = Parts.now + settings.readTimeout
        for now in stride(from: Parts.now.nanoseconds, to: end.nanoseconds, by: 1_000_000).map(Instant.init) {
            reads.restart()
            reads.begin(by: .quorum, at: now, seat: Parts.seat, &core, into: &effects)
            reads.expire(at: now, settings: settings, into: &effects)
        }
        #expect(effects.outcomes.isEmpty)
        #expect(reads.oldest == Parts.now)
        reads.expire(at: end, settings: settings, into: &effects)
        #expect(effects.outcomes == [.readFailed(token)])
        reads.expire(at: end + settings.readTimeout, settings: settings, into: &effects)
        #expect(effects.outcomes.count == 1)
    }

    @Test("While the disk is full, a read that waits for entries fails once those under way have had their time")
    func lags() throws {
        var (core, effects) = (Parts.core(), Effects())
        var reads = begin(.quorum, &core)
        let answer = ProbeAnswer(nonce: try #require(reads.barrier?.nonce), highest: Slot(7))
        reads.receive(answer, from: 2, seat: Parts.seat, &core, into: &effects)
        let settings = core.settings
        let later = Parts.now + settings.resendInterval
        reads.expire(at: later, settings: settings, isJournalFull: false, into: &effects)
        reads.expire(at: Parts.now, settings: settings, isJournalFull: true, into: &effects)
        #expect(effects.outcomes.isEmpty)
        reads.expire(at: later, settings: settings, isJournalFull: true, into: &effects)
        #expect(effects.outcomes == [.readLags(token)])
    }

    @Test("A replica that promised more than its leader's ballot asks a quorum, not the leader")
    func wayOfReads() {
        var core = Parts.core()
        var era = Era(seat: Parts.seat, settings: core.settings, at: Parts.now)
        let leader = Parts.ballot(3, of: 2)
        #expect(era.wayOfReads(at: Parts.now, core) == .quorum)
        var effects = Effects()
        era.election.sendHeartbeats(into: &effects)
        let reply = HeartbeatReply(round: 1, promised: leader, leader: leader, isHappy: true, durableWatermark: .zero)
        _ = era.election.receive(reply, from: 1, at: Parts.now)
        era.election.leader = leader
        #expect(era.wayOfReads(at: Parts.now, core) == .leader(leader))
        core.promised = Parts.ballot(4, of: 3)
        #expect(era.wayOfReads(at: Parts.now, core) == .quorum)
    }

    @Test("A follower is as happy as its leader says to be, a candidate for the length of a timeout")
    func happiness() {
        let core = Parts.core()
        var era = Era(seat: Parts.seat, settings: core.settings, at: Parts.now)
        #expect(!era.isHappy(at: Parts.now, core))
        era.role = .candidate(Candidate(ballot, at: Parts.now, seat: Parts.seat, core))
        #expect(era.isHappy(at: Parts.now, core))
        #expect(!era.isHappy(at: Parts.now + core.settings.electionTimeout, core))
        #expect(era.role.isCandidate && era.role.ballot == ballot && era.role.leader == nil)
    }
}

import PaxosBase
import Testing

@testable import PaxosLog

@Suite("Patience after fruitless elections")
struct PatienceTests {
    private static let timeout = TimeSpan.milliseconds(400)

    /// Each ballot is followed by a look, a tenth of a second after the former.
    private struct Watched {
        var patience = Patience(timeout: timeout)
        var now = Parts.now
        var watermark = Slot.zero

        var doublings: UInt64 { patience.stretched(.milliseconds(1)).nanoseconds / 1_000_000 }

        mutating func see(ballots: Int) {
            for _ in 0..<ballots {
                patience.noteBallot()
                look(after: .milliseconds(100))
            }
        }

        mutating func look(after span: TimeSpan) {
            now = now + span
            patience.look(watermark: watermark, at: now)
        }
    }

    @Test("Two ballots say nothing; with each further one that brings nothing the time doubles, up to a bound")
    func grows() {
        var watched = Watched()
        watched.see(ballots: 2)
        #expect(watched.doublings == 1)
        for expected in [2, 4, 8, 16, 16, 16] as [UInt64] {
            watched.see(ballots: 1)
            #expect(watched.doublings == expected)
        }
        #expect(watched.patience.extra == Self.timeout * 30)
    }

    @Test("A leader asks for missing votes twice before it gives way, however patient nodes have become")
    func resends() {
        var short = Replica.Settings()
        short.electionTimeout = .milliseconds(120)
        short.resendInterval = .milliseconds(360)
        short.progressLimit = .milliseconds(1_440)
        for settings in [Replica.Settings(), short] {
            var patience = Patience(timeout: settings.electionTimeout)
            for ballot in 0...8 {
                if ballot > 0 { patience.noteBallot() }
                patience.look(watermark: .zero, at: Parts.now)
                let wait = Leader.resendWait(
                    patience.stretched(settings.resendInterval), granting: patience.extra, settings)
                #expect(wait >= settings.resendInterval)
                #expect(wait * 4 <= settings.progressLimit + patience.extra, "after \(ballot) ballots")
            }
        }
    }

    @Test("Where each ballot gets something chosen, nothing grows")
    func progress() {
        var watched = Watched()
        for _ in 0..<20 {
            watched.watermark = watched.watermark.next
            watched.see(ballots: 2)
        }
        #expect(watched.doublings == 1)
        #expect(watched.patience.extra == .zero)
    }

    @Test("Without new ballots the time halves again, one time after another")
    func calmsDown() {
        var watched = Watched()
        watched.see(ballots: 4)
        #expect(watched.doublings == 4)
        watched.look(after: .milliseconds(100))
        watched.look(after: Self.timeout * 31)
        #expect(watched.doublings == 4)
        watched.look(after: Self.timeout)
        #expect(watched.doublings == 2)
        watched.look(after: Self.timeout * 32)
        #expect(watched.doublings == 1)
        watched.look(after: Self.timeout * 32)
        #expect(watched.doublings == 1)
        watched.see(ballots: 2)
        #expect(watched.doublings == 1, "what was before counts no more")
    }

    @Test("A candidate that hears nothing is content for as long as elections wait")
    func election() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let timeout = cluster.replicas[leader]!.era.election.timeout
        for round in 10...13 as ClosedRange<UInt64> {
            cluster.replicas[leader]!.era.election.note(round: round)
            cluster.replicas[leader]!.era.election.note(round: round)
            cluster.replicas[leader]!.era.election.lookWhatBallotsBring(watermark: .zero, at: cluster.now)
        }
        #expect(cluster.replicas[leader]!.era.election.timeout > timeout)
    }
}

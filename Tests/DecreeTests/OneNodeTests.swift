#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import NIOPosix
import PaxosBase
import PaxosLog
import Testing

@testable import Decree
@testable import DecreeJournal

#if canImport(Glibc)
private let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#else
private let descriptors = RLIMIT_NOFILE
#endif

@Suite(.serialized)
struct OneNodeTests {
    @Test("A cluster of one answers a command once it is applied")
    func answers() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        #expect(try await cluster[0].submit(Payload("a=1")) == 1)
        #expect(try await cluster[0].submit(Payload("a=2")) == 2)
        #expect(try await cluster.line("a", through: 0) == "2")
        #expect(cluster[0].status.phase == .serving)
        #expect(cluster[0].status.isLeading)
        await cluster.stopAll()
    }

    @Test("A restart keeps what was acknowledged")
    func restart() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        for number in 1...50 { try await cluster.write("k\(number)=\(number)", through: 0) }
        let term = cluster[0].status.term
        await cluster.stop(0)
        try await cluster.start(0)
        for number in 1...50 { #expect(try await cluster.line("k\(number)", through: 0) == "\(number)") }
        #expect(cluster[0].status.term > term)
        await cluster.stopAll()
    }

    @Test("A whole batch on a port comes back in order and in few deliveries")
    func batches() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        try await cluster.write("ready=1", through: 0)
        let answers = Collector()
        let port = cluster[0].openPort { answers.take($0) }
        port.submit((0..<1_000).map { .command(Payload("k\($0)=v"), token: UInt64($0)) })
        try await eventually("all outputs") { answers.tokens.count == 1_000 }
        #expect(answers.tokens == Array(0..<1_000))
        #expect(answers.deliveries < 100)
        await cluster.stopAll()
    }

    @Test("Too many waiting commands are refused, and the rest are answered")
    func overload() async throws {
        let cluster = try await TestCluster(size: 1) { $0.replica.maximumPending = 100 }
        try await cluster.startAll()
        try await cluster.write("ready=1", through: 0)
        let answers = Collector()
        let port = cluster[0].openPort { answers.take($0) }
        port.submit((0..<1_000).map { .command(Payload("k\($0)=v"), token: UInt64($0)) })
        try await eventually("all completions") { answers.tokens.count + answers.failures.count == 1_000 }
        #expect(answers.failures.values.allSatisfy { $0 == .overloaded })
        #expect(answers.tokens.count >= 100)
        #expect(!answers.failures.isEmpty)
        await cluster.stopAll()
    }

    @Test("A command that no peer could be sent is refused, and the next one goes on")
    func tooLarge() async throws {
        let cluster = try await TestCluster(size: 3) {
            $0.replica.maximumBatchBytes = 64 << 10
            $0.maximumFrameBytes = 256 << 10
        }
        try await cluster.startAll()
        let limit = cluster.settings.maximumCommandBytes
        #expect(limit == 128 << 10)
        try await cluster.write("a=1", through: 0)
        let node = cluster[0]
        await #expect(throws: RequestFailure.tooLarge) {
            try await node.submit(Payload(String(repeating: "x", count: limit + 1)))
        }
        for index in 0..<3 {
            try await cluster.write("b\(index)=" + String(repeating: "x", count: limit - 3), through: index)
        }
        #expect(try await cluster.line("b0", through: 2)?.count == limit - 3)
        await cluster.stopAll()
    }

    @Test("A node that listens on localhost listens where its peers on this machine look for it")
    func localhost() async throws {
        let cluster = try await TestCluster(size: 1) { $0.listen = [PeerAddress(host: "localhost", port: 0)] }
        try await cluster.startAll()
        #expect(cluster[0].peerAddresses.map(\.ipAddress) == ["127.0.0.1"])
        await cluster.stopAll()
    }

    @Test("A start raises the limit of open files as far as the system permits")
    func descriptorLimits() async throws {
        let cluster = try await TestCluster(size: 1)
        var limit = try descriptorLimit()
        limit.rlim_cur = min(1_024, limit.rlim_max)
        setrlimit(descriptors, &limit)
        try await cluster.startAll()
        #if os(Linux)
        #expect(try descriptorLimit().rlim_cur == limit.rlim_max)
        #endif
        await cluster.stopAll()
    }

    private func descriptorLimit() throws -> rlimit {
        var limit = rlimit()
        try #require(getrlimit(descriptors, &limit) == 0)
        return limit
    }

    @Test("Below its reserve a node refuses writes, and still answers from its state")
    func reserve() async throws {
        let cluster = try await TestCluster(size: 1) { $0.journalReserveBytes = Int.max / 2 }
        try await cluster.startAll()
        let node = cluster[0]
        await #expect(throws: RequestFailure.journalFull) { try await node.submit(Payload("a=1")) }
        #expect(try await node.query(.count, linearizable: false).number == 0)
        await cluster.stopAll()
    }

    @Test("Whoever waits for the end of a node may open its directory then")
    func waitedForTwice() async throws {
        let cluster = try await TestCluster(size: 1)
        for _ in 0..<20 {
            let node = try await cluster.start(0)
            async let first: Void = node.shutdown()
            async let second: Void = node.waitUntilStopped()
            await second
            let lock = try #require(try FileSystem.lock("\(cluster.path(0))/lock"))
            close(lock)
            await first
            await cluster.stop(0)
        }
    }

    @Test("A node that is gone leaves none of its calls behind")
    func released() async throws {
        weak var calls: AsyncCalls<Notebook>?
        do {
            let inbox = Inbox<Notebook>(loop: MultiThreadedEventLoopGroup.singleton.next())
            _ = inbox.close()
            let made = AsyncCalls(inbox: inbox)
            await #expect(throws: RequestFailure.stopped) { try await made.submit(Payload("a=1")) }
            calls = made
        }
        #expect(calls == nil)
    }

    @Test(
        "A node whose writes find no space refuses commands, goes on by itself when there is some, and can be stopped")
    func fullDisk() async throws {
        let isFull = Flag()
        let cluster = try await TestCluster(size: 1) {
            $0.replica.proposalTimeout = .milliseconds(200)
            $0.adjustJournal = { journal in
                journal.writeFailure = { isFull.isSet ? ENOSPC : nil }
                journal.spaceCheckInterval = .milliseconds(10)
            }
        }
        let node = try await cluster.start(0)
        try await cluster.write("a=1", through: 0)
        isFull.isSet = true
        await #expect(throws: RequestFailure.self) { try await node.submit(Payload("b=1")) }
        try await eventually("it is known") { node.status.journal.isFull }
        await #expect(throws: RequestFailure.journalFull) { try await node.submit(Payload("c=1")) }
        isFull.isSet = false
        try await eventually("writes go on") { (try? await node.submit(Payload("d=1"))) != nil }
        isFull.isSet = true
        await #expect(throws: RequestFailure.self) { try await node.submit(Payload("e=1")) }
        await cluster.stop(0, graceful: true)
        isFull.isSet = false
        try await cluster.start(0)
        #expect(try await cluster.line("d", through: 0) == "1")
        await cluster.stopAll()
    }

    @Test("A stopped node refuses requests at once")
    func stopped() async throws {
        let cluster = try await TestCluster(size: 1)
        let node = try await cluster.start(0)
        await cluster.stop(0, graceful: true)
        await #expect(throws: RequestFailure.stopped) { try await node.submit(Payload("a=1")) }
        #expect(node.status.phase == .stopped)
    }

    @Test("Whoever asks while a node comes to its end is told so, at whatever moment")
    func askedAtTheEnd() async throws {
        for _ in 0..<20 {
            let cluster = try await TestCluster(size: 1)
            let node = try await cluster.start(0)
            try await cluster.write("ready=1", through: 0)
            let (answers, hasStopped) = (Collector(), Flag())
            let port = node.openPort { answers.take($0) }
            let asking = Task.detached {
                var asked = 0
                while !hasStopped.isSet {
                    asked += 1
                    port.submit(.command(Payload("a=1"), token: UInt64(asked)))
                    if asked % 16 == 0 { await Task.yield() }
                }
                return asked
            }
            await cluster.stop(0)
            hasStopped.isSet = true
            let asked = await asking.value
            try await eventually("an end of every request", within: .seconds(5)) {
                answers.tokens.count + answers.failures.count == asked
            }
        }
    }

    @Test("The hook is called after applies and can ask to be woken")
    func hook() async throws {
        let cluster = try await TestCluster(size: 1)
        let seen = Seen()
        try await cluster.start(0) { machine, turn in
            seen.note(lines: machine.lines.count)
            if seen.calls < 5 { turn.wakeAt = turn.now + .milliseconds(1) }
        }
        try await cluster.write("a=1", through: 0)
        try await eventually("the hook") { seen.calls >= 5 && seen.lines == 1 }
        await cluster.stopAll()
    }
}

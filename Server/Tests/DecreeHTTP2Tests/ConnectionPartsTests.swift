import NIOCore
import Testing

@testable import DecreeHTTP2

@Suite("What an HTTP/2 connection is made of") struct ConnectionPartsTests {
    @Test("A batch takes whole frames until its mark is passed, each behind the other")
    func batch() {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: WriteBatch.room, alignment: 8)
        defer { memory.deallocate() }
        var batch = WriteBatch()
        batch.begin(in: memory)
        [1, 2].withUnsafeBytes { batch.append(UnsafeRawBufferPointer(rebasing: $0[..<8])) }
        #expect(batch.take(WriteBatch.mark - 9).count == WriteBatch.mark - 9)
        #expect(batch.count == WriteBatch.mark - 1 && !batch.isFull)
        let frame = batch.take(WriteBatch.maxFrameSize)
        #expect(frame.baseAddress == memory.baseAddress! + WriteBatch.mark - 1 && batch.isFull)
        batch.begin(in: memory)
        #expect(batch.count == 0 && !batch.isFull && memory[0] == 1)
    }

    private let timeouts: ServerTimeouts = {
        var timeouts = ServerTimeouts()
        timeouts.keepaliveIntervalSeconds = 10
        timeouts.keepaliveTimeoutSeconds = 3
        timeouts.unreadSeconds = 20
        timeouts.unreadSecondsWhenTight = 5
        return timeouts
    }()

    @Test("A silent client is pinged once, and given up unless something comes")
    func keepalive() {
        var clock = ConnectionClock(at: 100)
        func verdict(_ second: Int) -> ConnectionClock.Verdict {
            clock.secondPassed(second, answersWait: false, timeouts, isTight: false)
        }
        #expect(verdict(109) == .goOn && verdict(110) == .ping && verdict(111) == .goOn)
        clock.inputCame(at: 112)
        #expect(clock.pingedAt == nil && verdict(121) == .goOn && verdict(122) == .ping)
        #expect(verdict(124) == .goOn && verdict(125) == .giveUp)
    }

    @Test(
        "Who takes nothing of what waits is given up, sooner when memory is short; a pause of the server does not count"
    )
    func unread() {
        var clock = ConnectionClock(at: 0)
        func verdict(_ second: Int, waits: Bool = true, isTight: Bool = false) -> ConnectionClock.Verdict {
            clock.inputCame(at: second)
            return clock.secondPassed(second, answersWait: waits, timeouts, isTight: isTight)
        }
        #expect(verdict(50, waits: false) == .goOn && verdict(70) == .goOn && verdict(71) == .giveUp)
        clock.wrote(at: 71)
        #expect(verdict(76, isTight: true) == .goOn && verdict(77, isTight: true) == .giveUp)
    }

    @Test("A connection that closes is closed for good after two seconds")
    func closing() {
        var clock = ConnectionClock(at: 5)
        clock.closes(at: 6)
        #expect(clock.secondPassed(7, answersWait: false, timeouts, isTight: false) == .goOn)
        #expect(clock.secondPassed(8, answersWait: false, timeouts, isTight: false) == .giveUp)
    }

    @Test("Input waits behind input that waits, and the socket is not read meanwhile")
    func pending() {
        var pending = PendingInput()
        #expect(!pending.add(ByteBuffer(string: "a")) && pending.reading(isCrowded: false) == nil)
        pending.keep(ByteBuffer(string: "abc"), from: 1)
        pending.rests = true
        #expect(pending.add(ByteBuffer(string: "d")) && pending.reading(isCrowded: false) == false)
        #expect(pending.next(isCrowded: false) == nil && pending.reading(isCrowded: false) == nil)
        pending.rests = false
        #expect(pending.next(isCrowded: true) == nil)
        #expect(pending.next(isCrowded: false) == ByteBuffer(string: "bcd"))
        #expect(pending.reading(isCrowded: true) == nil && pending.reading(isCrowded: false) == true)
        #expect(pending.reading(isCrowded: true) == false)
    }

    @Test("A connection on which little waits is served from the reserve, one on which much waits is not")
    func account() {
        var limits = ServerLimits()
        limits.maxBufferedResponseBytes = 1_000_000
        limits.assuredResponseBytes = 1_000
        limits.maxBufferedRequestBytes = 500
        let shared = SharedBudget(limit: 1 << 20)
        var budget = MemoryBudget(shared)
        var account = ConnectionAccount()
        #expect(!account.isOverfull(for: 100, limits, budget) && account.mayKeep(500, limits, budget))
        budget.add(1 << 20)
        account.waiting = 400
        account.held = 500
        #expect(!account.isOverfull(for: 100, limits, budget) && account.isOverfull(for: 101, limits, budget))
        #expect(!account.mayKeep(1, limits, budget))
        budget.add(1 << 20)
        #expect(account.isOverfull(for: 1, limits, budget), "the reserve is used up, too")
        budget.add(-2 << 20)
        account.waiting = 1_000_000
        account.incomplete = 1
        #expect(account.isOverfull(for: 1, limits, budget) && !account.mayKeep(500, limits, budget))
    }

    @Test("A borrowed message goes to its call, once")
    func borrowed() {
        var borrowed = BorrowedMessage()
        #expect(!borrowed.isLent && borrowed.take(for: 3) == nil)
        [UInt8](repeating: 7, count: 4).withUnsafeBytes { bytes in
            borrowed.lend(bytes, to: 3)
            #expect(borrowed.isLent && borrowed.call == 3 && borrowed.take(for: 4) == nil)
            #expect(borrowed.take(for: 3)?.count == 4 && !borrowed.isLent && borrowed.take(for: 3) == nil)
        }
    }

    @Test("The stream looked up last is known until its end")
    func recent() {
        var recent = RecentStream()
        #expect(recent.call(of: 0) == nil)
        recent.remember(5, 9)
        #expect(recent.call(of: 5) == 9 && recent.call(of: 7) == nil && recent.take(7) == nil)
        #expect(recent.take(5) == 9 && recent.call(of: 5) == nil)
    }

    @Test("A request that stands still is noticed, unless the application paused it")
    func stalled() {
        var input = CallInput()
        #expect(!input.ends() && input.begins(at: 10) && !input.begins(at: 50))
        #expect(!input.isStalled(at: 40, limit: 30) && input.isStalled(at: 41, limit: 30))
        input.isPaused = true
        #expect(!input.isStalled(at: 99, limit: 30) && input.ends() && !input.isReceiving)
    }

    @Test("As much of a body is taken as was announced")
    func announced() {
        var input = CallInput()
        #expect(input.takes(1_000) && input.isWhole)
        input.announced = 5
        #expect(input.takes(3) && !input.isWhole && input.takes(2) && input.isWhole && !input.takes(1))
        input.reset()
        #expect(input.isWhole && input.takes(9))
    }

    @Test("Room is told once, when enough has left")
    func drained() {
        var output = CallOutput()
        output.waiting.append(10) { _ in }
        output.owesDrain = true
        #expect(!output.hasDrained(below: 5) && output.hasDrained(below: 10) && !output.hasDrained(below: 10))
        #expect(!output.isAtEnd)
        output.isFinished = true
        output.waiting.reset()
        #expect(output.isAtEnd)
        output.waiting.reset(freeing: true)
    }
}

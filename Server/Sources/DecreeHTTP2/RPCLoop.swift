import NIOCore

/// A connection, in whatever stage, as its loop looks after it.
protocol LoopConnection: AnyObject {
    /// A second has passed.
    func secondPassed()
    /// Begin no new work; close as soon as the present work is done.
    func drain()
    /// Close now.
    func abandon()
}

/// The server's side of one event loop: the calls of all its connections, and the way to answer them.
///
/// Every method must be called on `eventLoop`; it is `Sendable` only so that a batch of completions can be carried
/// there in one `eventLoop.execute`. Answers are gathered until `flush`, which writes once per connection; answers
/// given within a callback of the handler are flushed when the turn of the event loop ends.
/// An answer to a call that is gone is ignored and returns false.
public final class RPCLoop: @unchecked Sendable {
    public let eventLoop: any EventLoop
    /// The loop's place among the server's loops.
    public let index: Int
    public let methods: MethodTable

    let configuration: ServerConfiguration
    let tally = UnsafeMutablePointer<LoopCounters>.allocate(capacity: 1)
    let calls = CallTable()
    /// Where connections gather what they write, one at a time.
    @exclusivity(unchecked) var output = ByteBuffer()
    let codec = HTTP2Codec()
    var handler: (any CallHandler)?
    var connections: [ObjectIdentifier: any LoopConnection] = [:]
    /// Bytes of answers that wait on HTTP/2 connections.
    @exclusivity(unchecked) var waitingBytes = 0
    /// All that is held for the clients of this loop, and how much may be.
    @exclusivity(unchecked) var budget: MemoryBudget
    /// What an open call costs by itself, in bytes: here, in the codec, and with the application, as a health watch does whose
    /// first message is not read.
    static let callCost = 3_072
    private var clock = HTTPDate()
    /// Whole seconds since the loop started; coarse, for timeouts of connections.
    var seconds = 0
    /// Whether the server is shutting down.
    public internal(set) var isDraining = false
    var whenEmpty: EventLoopPromise<Void>?

    var turn = TurnClock()
    /// Connections whose input waits for a later turn, in the order in which they came to rest.
    private var resting = TurnRow<HTTP2Connection>()
    private var wakesResting = false
    private var touched: [HTTP2Connection] = []
    private var drained: [CallID] = []
    private var isFlushing = false
    private var turnIsScheduled = false
    private var wheel = DeadlineWheel()
    private var wheelTask: Scheduled<Void>?
    private var wheelWake = Int64.max
    private var expired: [UInt32] = []
    private var ticker: RepeatedTask?

    /// - Parameter budget: what all loops of the server together may hold.
    init(
        index: Int, eventLoop: any EventLoop, methods: MethodTable, configuration: ServerConfiguration,
        budget: SharedBudget
    ) {
        self.index = index
        self.eventLoop = eventLoop
        self.methods = methods
        self.configuration = configuration
        self.budget = MemoryBudget(budget)
        tally.initialize(to: LoopCounters(methodCount: methods.methods.count))
    }

    deinit {
        tally.deinitialize(count: 1)
        tally.deallocate()
    }

    /// What happened so far.
    public var counters: LoopCounters { tally.pointee }

    // MARK: What is open

    /// Calls and HTTP requests that have not come to their end, the sending of their answers included.
    public var openCalls: Int { calls.count }

    /// Client connections.
    public var openConnections: Int { connections.count }

    /// Whether an answer would still reach the call.
    public func isOpen(_ call: CallID) -> Bool { calls.open(call) != nil }

    /// - Returns: the method that was called, or nil if the call is gone.
    public func method(of call: CallID) -> MethodID? { calls.open(call).map { $0.pointee.method } }

    /// - Returns: bytes of this call's messages that the client has not taken yet; 0 if it is gone.
    public func bufferedBytes(of call: CallID) -> Int {
        guard let slot = calls.open(call) else { return 0 }
        return slot.pointee.http1?.waitingBytes ?? slot.pointee.output.waiting.count
    }

    /// - Returns: whether more waits on this call than `ServerLimits.streamHighWater`, so that `drained` will be called.
    public func isFull(_ call: CallID) -> Bool {
        calls.open(call).map { $0.pointee.output.owesDrain } ?? false
    }

    /// - Returns: who the client proved to be, if a handler of `ServerConfiguration.prepare` told.
    public func peerIdentity(of call: CallID) -> String? {
        guard let slot = calls.open(call) else { return nil }
        if let http1 = slot.pointee.http1 { return http1.peerIdentity }
        return slot.pointee.http2?.takeUnretainedValue().peerIdentity
    }

    // MARK: The turn of the loop

    /// Asks for `readComplete` and a flush once all sockets that are readable in this turn were read.
    @inline(__always)
    func scheduleTurnEnd() {
        guard !turnIsScheduled else { return }
        turnIsScheduled = true
        eventLoop.execute { self.turnEnds() }
    }

    private func turnEnds() {
        turnIsScheduled = false
        turn.end()
        handler?.readComplete()
        flush()
    }

    /// Has a connection go on in a later turn, when others had theirs.
    func rest(_ connection: HTTP2Connection) {
        resting.append(connection)
        if !wakesResting { wakeRestingLater() }
    }

    private func wakeRestingLater() {
        wakesResting = true
        eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { self.wakeResting() }
    }

    /// One task for all of them, asked for again when its work is done: an event loop runs every task that is due before it
    /// looks at its sockets, so that tasks of their own, one due while another runs, would keep it from them.
    private func wakeResting() {
        turn.end()
        let waiting = resting.takeAll()
        var next = 0
        while next < waiting.count, !turn.isOver(at: .now()) {
            waiting[next].resume()
            next += 1
        }
        resting.putBack(waiting[next...])
        flush()
        turn.end()
        wakesResting = false
        if !resting.isEmpty { wakeRestingLater() }
    }

    /// Remembers that a connection has something to write.
    @inline(__always)
    func touch(_ connection: HTTP2Connection) {
        guard !connection.isTouched else { return }
        connection.isTouched = true
        touched.append(connection)
    }

    /// Remembers that `drained` is owed to a call.
    func noteDrained(_ call: CallID) { drained.append(call) }

    /// Writes what was gathered, once per connection. Needed after answers that were not given from within a callback
    /// of the handler.
    public func flush() {
        eventLoop.assertInEventLoop()
        guard !isFlushing else { return }
        isFlushing = true
        repeat {
            var position = 0
            while position < touched.count {
                let connection = touched[position]
                connection.isTouched = false
                connection.pump()
                position += 1
            }
            touched.removeAll(keepingCapacity: true)
            deliverDrained()
        } while !touched.isEmpty
        isFlushing = false
    }

    private func deliverDrained() {
        guard !drained.isEmpty else { return }
        let calls = drained
        drained.removeAll(keepingCapacity: true)
        for call in calls {
            guard let slot = self.calls.open(call) else { continue }
            handler?.drained(call, method: slot.pointee.method)
        }
    }

    // MARK: Deadlines

    /// Gives a call `timeout` nanoseconds from now.
    func setDeadline(_ index: UInt32, timeout: Int64) {
        let now = Int64(NIODeadline.now().uptimeNanoseconds)
        let (deadline, overflow) = now.addingReportingOverflow(timeout)
        guard !overflow, deadline < .max - (1 << 24) else { return }
        calls[index].pointee.deadline = deadline
        wheel.insert(index, in: calls, now: now)
        let wake = (deadline >> 23 + 1) << 23
        if wake < wheelWake { armWheel(wake) }
    }

    func clearDeadline(_ index: UInt32) {
        if calls[index].pointee.isTimed { wheel.remove(index, in: calls) }
    }

    private func armWheel(_ wake: Int64) {
        wheelTask?.cancel()
        wheelWake = wake
        wheelTask = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(wake))) { self.wheelTurns() }
    }

    private func wheelTurns() {
        wheelWake = .max
        wheelTask = nil
        wheel.advance(to: Int64(NIODeadline.now().uptimeNanoseconds), in: calls, expired: &expired)
        let ids = expired.map { calls.id($0) }
        expired.removeAll(keepingCapacity: true)
        for call in ids where calls[call.index].pointee.generation == call.generation {
            calls[call.index].pointee.http2?.takeUnretainedValue().deadlinePassed(call.index)
        }
        if let wake = wheel.nextWake() { armWheel(wake) }
        flush()
    }

    // MARK: Plain HTTP

    /// Hands a plain request on. What a browser asks before it lets a script ask is answered here, as etcd does.
    func receive(_ request: HTTPRequest, on call: CallID) {
        guard request.method == "OPTIONS" else {
            handler?.received(request, on: call)
            return
        }
        respond(call, HTTPResponse(status: 200))
    }

    /// The text of a `Date` field.
    func date() -> String { clock.now() }

    // MARK: Connections

    /// Begins to look after a connection.
    func add(_ connection: any LoopConnection) {
        connections[ObjectIdentifier(connection)] = connection
        if isDraining { eventLoop.assumeIsolated().execute { connection.drain() } }
    }

    /// Ends to look after a connection.
    func remove(_ connection: any LoopConnection) {
        connections[ObjectIdentifier(connection)] = nil
        guard isDraining, connections.isEmpty else { return }
        whenEmpty?.succeed()
        whenEmpty = nil
    }

    /// Starts the clock of whole seconds.
    func start() {
        ticker = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [weak self] _ in
            self?.secondPasses()
        }
    }

    /// Lets every connection look whether something took too long.
    func secondPasses() {
        seconds += 1
        for connection in connections.values { connection.secondPassed() }
        flush()
    }

    /// Finishes what is going on and closes every connection.
    ///
    /// - Returns: succeeds once the last connection is closed.
    func drain() -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        isDraining = true
        handler?.shutdownBegins()
        guard !connections.isEmpty else {
            promise.succeed()
            return promise.futureResult
        }
        whenEmpty = promise
        for connection in Array(connections.values) { connection.drain() }
        flush()
        return promise.futureResult
    }

    /// Closes every connection now.
    func abandonConnections() {
        for connection in Array(connections.values) { connection.abandon() }
    }

    /// Lets go of the handler and the clock. The server calls it once no connection is left.
    func stop() {
        ticker?.cancel()
        wheelTask?.cancel()
        handler = nil
    }
}

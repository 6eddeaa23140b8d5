import DecreeJournal
import DecreeSynod
import DecreeWire
import Glibc
import PaxosBase
import PaxosSynod

/// A process of the cast: moves bytes and time between a ``SynodProcess``, a socket and a journal, and decides nothing.
public final class Host {
    private let identity: NodeID
    private let cast: Cast
    private var process: SynodProcess
    private let socket: DatagramSocket
    private let journal: Journal
    /// The journal's thread writes the numbers of durable writes here, for the loop to read.
    private let durable: (reading: Int32, writing: Int32)

    /// - Parameters:
    ///   - directory: Of its own: all that it does not forget.
    ///   - value: What its proposer, if it has one, would like to be chosen.
    public init(_ identity: NodeID, of cast: Cast, directory: String, value: String?) throws {
        self.identity = identity
        self.cast = cast
        socket = try DatagramSocket(port: cast.port(of: identity))
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SystemError("no pipe") }
        durable = (ends[0], ends[1])
        let (journal, recovered) = try Self.open(identity, directory, reportingTo: ends[1])
        self.journal = journal
        process = SynodProcess(
            identity: identity, of: cast.synod, durable: SynodJournal.state(of: identity, in: recovered),
            patience: Patience(timeout: .milliseconds(50), seed: .random(in: .min ... .max)))
        step(.started)
        if let value { step(.proposed(Payload(value.utf8))) }
    }

    private static func open(
        _ identity: NodeID, _ directory: String, reportingTo descriptor: Int32
    ) throws -> (Journal, RecoveredJournal) {
        var settings = Journal.Settings(onFailure: { error in
            say("cannot go on: \(error)")
            exit(74)
        })
        settings.core.segmentByteCount = 1 << 20
        settings.core.spaceReserve = 1 << 20
        return try Journal.open(
            directory: directory,
            identity: JournalIdentity(
                cluster: ClusterID(1), node: identity, store: StoreID(high: 0, low: identity.rawValue)),
            settings: settings,
            onDurable: { writes in
                guard var number = SynodJournal.written(writes)?.rawValue else { return }
                _ = write(descriptor, &number, MemoryLayout<UInt64>.size)
            },
            onFull: { _ in })
    }

    /// Goes on until the process is killed.
    public func run() -> Never {
        while true {
            var sources = [
                pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: durable.reading, events: Int16(POLLIN), revents: 0),
            ]
            poll(&sources, 2, millisecondsToDeadline)
            if sources[1].revents != 0 { readDurable() }
            if sources[0].revents != 0 { readMessages() }
            if let deadline = process.nextDeadline, deadline <= Self.now { step(.timePassed) }
        }
    }

    private var millisecondsToDeadline: Int32 {
        guard let deadline = process.nextDeadline else { return -1 }
        return Int32(clamping: (deadline.since(Self.now).nanoseconds + 999_999) / 1_000_000)
    }

    private func readDurable() {
        var number: UInt64 = 0
        guard read(durable.reading, &number, MemoryLayout<UInt64>.size) == MemoryLayout<UInt64>.size else { return }
        step(.written(SynodWrite(number)))
    }

    private func readMessages() {
        while let (text, port) = socket.receive() {
            guard let sender = cast.identity(at: port), let message = MessageText.message(text) else { continue }
            step(.received(message, from: sender))
        }
    }

    private func step(_ event: SynodEvent) {
        var effects = SynodEffects()
        process.step(event, at: Self.now, into: &effects)
        if !effects.records.isEmpty { journal.append(SynodJournal.batch(effects.records, write: effects.write)) }
        for send in effects.sends { socket.send(MessageText.text(send.message), to: cast.port(of: send.to)) }
        if let value = effects.learned { say("chosen: \(MessageText.text(value))") }
    }

    private static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }
}

/// Writes a line at once, so that whoever reads it need not wait for the end of the process.
public func say(_ line: String) {
    print(line)
    fflush(nil)
}

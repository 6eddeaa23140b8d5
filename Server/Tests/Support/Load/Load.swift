import Foundation
import Synchronization

/// Clients that write and read through all endpoints until they are told to stop, and remember all that happened.
///
/// Every write puts a mark of its own, so the servers can be asked in the end which writes they hold.
public final class Load: Sendable {
    public struct Settings: Sendable {
        /// Clients per endpoint that wait for each answer before they ask again.
        public var clientsPerEndpoint = 3
        /// Distance between the puts that a prober per endpoint sends without waiting for answers; nil: no probers.
        /// They show to this accuracy when the servers take writes, whatever the waiting clients are stuck in.
        public var probeDistance: Duration? = .milliseconds(20)
        public var registers = 5
        /// Between an answer and the next request of the same client, so that two cores carry clients and servers.
        public var pause: Duration = .milliseconds(2)
        /// How long a client waits for an answer.
        public var patience: Duration = .seconds(1)

        public init() {}
    }

    public static let markPrefix = "mark/"

    /// Loads of one test run differ in the names of their clients, so that their histories can be put together.
    private static let loads = Atomic(0)

    private let isStopping = Atomic(false)
    private let acknowledgements = Atomic(0)
    private let operations = Mutex<[Operation]>([])
    private let running = DispatchGroup()

    /// Starts at once.
    public init(ports: [Int], _ settings: Settings = Settings()) {
        let load = Self.loads.add(1, ordering: .relaxed).newValue
        for (index, port) in ports.enumerated() {
            for number in 0..<settings.clientsPerEndpoint {
                let client = LoadClient(name: "\(load)c\(index).\(number)", port: port, settings: settings)
                startThread { [self] in client.run(until: stopped, noting: note) }
            }
            if let distance = settings.probeDistance {
                let prober = Prober(name: "\(load)p\(index)", port: port, distance: distance)
                startThread { [self] in prober.run(until: stopped, noting: note) }
            }
        }
    }

    /// How many writes have been acknowledged so far.
    public var acknowledged: Int { acknowledgements.load(ordering: .relaxed) }

    /// Waits until `count` more writes are acknowledged.
    public func awaitWrites(_ count: Int, within limit: Duration = .seconds(20)) throws {
        let goal = acknowledged + count
        try eventually("\(count) more acknowledged writes", within: limit) { acknowledged >= goal }
    }

    /// Ends all clients.
    /// - Returns: what they did.
    public func stop() -> LoadHistory {
        isStopping.store(true, ordering: .relaxed)
        running.wait()
        return LoadHistory(operations: operations.withLock { $0 })
    }

    private func startThread(_ body: @escaping @Sendable () -> Void) {
        running.enter()
        let thread = Thread { [running] in
            body()
            running.leave()
        }
        thread.start()
    }

    private func stopped() -> Bool { isStopping.load(ordering: .relaxed) }

    private func note(_ operation: Operation) {
        if operation.acknowledgedRevision != nil { acknowledgements.add(1, ordering: .relaxed) }
        operations.withLock { $0.append(operation) }
    }
}

/// What the clients of a ``Load`` did.
public struct LoadHistory: Sendable {
    public let operations: [Operation]

    /// Both, for loads that ran one after the other against the same servers.
    public static func + (first: LoadHistory, second: LoadHistory) -> LoadHistory {
        LoadHistory(operations: first.operations + second.operations)
    }

    public static let none = LoadHistory(operations: [])

    public var acknowledged: [Operation] { operations.filter { $0.acknowledgedRevision != nil } }
    public var unknown: Int { operations.count { $0.isWrite && $0.acknowledgedRevision == nil } }

    /// Asks a node which marks it holds, and checks the history against them.
    /// - Returns: what is wrong, one line each, the first hundred.
    public func check(against node: ServerNode, onlyWriters: Bool = true) throws -> [String] {
        let client = try node.client()
        let marks = try client.everything(Load.markPrefix).pairs
        let held = marks.map {
            HeldWrite(
                id: String($0.key.dropFirst(Load.markPrefix.count)), revision: $0.modRevision, version: $0.version)
        }
        return Array(HistoryChecker.check(operations, held: held, onlyWriters: onlyWriters).prefix(100))
    }

    /// The longest time without an acknowledged write that began or lasted in the given time.
    public func gap(from start: UInt64, to end: UInt64) -> Duration {
        let times = acknowledged.compactMap(\.returned).sorted()
        var longest: UInt64 = 0
        for (time, next) in zip(times, times.dropFirst() + [end]) where next >= start && time <= end {
            longest = max(longest, next - time)
        }
        return .nanoseconds(Int64(longest))
    }

    public var summary: String {
        "\(operations.count) operations, \(acknowledged.count) acknowledged writes, \(unknown) of unknown outcome"
    }
}

/// Durations as a line of milliseconds.
public func describe(_ durations: [Duration]) -> String {
    guard let median = median(of: durations), let longest = durations.max() else { return "none" }
    let list = durations.map { String(Int($0.milliseconds)) }.joined(separator: " ")
    return "median \(Int(median.milliseconds)) ms, longest \(Int(longest.milliseconds)) ms (\(list))"
}

public func median(of durations: [Duration]) -> Duration? {
    durations.isEmpty ? nil : durations.sorted()[durations.count / 2]
}

import DecreeEtcd
import DecreeNode
import DecreeRPC
import DecreeServer
import DecreeStore
import DecreeTestSupport
import PaxosBase
import PaxosLog
import Testing

/// Messages that follow the grammar of what each method takes, and break it here and there: whatever comes, every call ends
/// once, and two replicas that apply what reached the log are alike. `make attack` goes on for longer.
@Suite(.timeLimit(.minutes(600))) struct MessageAttackTests {
    @Test("No message of any method ends the process, leaves a call open, or sets replicas apart")
    func messages() {
        var attack = MessageAttack(seed: UInt64.random(in: 1...(.max)))
        let end = ContinuousClock.now + AttackTime.length(otherwise: .seconds(2))
        repeat { attack.run(calls: 500) } while ContinuousClock.now < end
        print("\(attack.count) messages, \(attack.commands) commands, \(attack.refused) refused, \(attack.description)")
        #expect(attack.count >= 500 && attack.commands > 20)
        // An attacker that is refused everything attacks the first check alone.
        #expect(attack.refused * 10 < attack.count * 9)
    }

    @Test("A trap in the way of a transaction is found: a range nested in it that asks for a negative limit")
    func planted() async {
        await #expect(processExitsWith: .failure) {
            var attack = MessageAttack(seed: 1)
            attack.isTrapPlanted = true
            for _ in 0..<200 { attack.run(calls: 500) }
        }
    }
}

/// The services with two replicas of the store behind them.
private struct MessageAttack {
    private var port = TestPort()
    private let follower = Store()
    private var attacker: MessageAttacker
    private let seed: UInt64
    var isTrapPlanted = false
    private(set) var count = 0
    private(set) var commands = 0
    private(set) var refused = 0

    init(seed: UInt64) {
        self.seed = seed
        attacker = MessageAttacker(seed: seed)
    }

    var description: String { "seed \(seed)" }

    mutating func run(calls: Int) {
        for _ in 0..<calls {
            let method = method()
            let message = attacker.message(.of(method.path))
            if isTrapPlanted { Self.trap(method, message) }
            call(method, message)
        }
        expectEqual()
    }

    /// The methods of keys more often than others, since more happens there.
    private mutating func method() -> EtcdMethod {
        let keys: [EtcdMethod] = [.range, .put, .deleteRange, .transaction, .transaction, .compact, .hashKV]
        count += 1
        if count % 4 != 0 { return keys[count / 4 % keys.count] }
        return EtcdMethod.allCases[count / 4 % EtcdMethod.allCases.count]
    }

    private mutating func call(_ method: EtcdMethod, _ message: [UInt8]) {
        let token = port.token()
        message.withUnsafeBytes { bytes in
            if method.kind == .bidirectional {
                port.step(.opened(token, method, .plain))
                port.step(.received(token, message: bytes))
                port.step(.halfClosed(token))
            } else {
                port.step(.called(token, method, .plain, message: bytes))
            }
        }
        port.step(.turnEnded)
        follow()
        // A physical compaction looks again until all is freed.
        for _ in 0..<50 where port.services.openCalls > 0 {
            port.run()
            while port.store.performMaintenance() {}
            port.now = port.now + .seconds(1)
            port.step(.timePassed)
            if method == .healthWatch { port.step(.cancelled(token)) }
        }
        judge(token, method, message)
    }

    /// The other replica applies the same; nobody waits there.
    private mutating func follow() {
        for case .command(let payload, _) in port.sink.requests {
            commands += 1
            var outputs: [StoreOutput] = []
            follower.apply(
                [ChosenCommand(slot: Slot(UInt64(commands)), payload: payload, isAwaited: false)], into: &outputs)
        }
    }

    private mutating func judge(_ token: CallToken, _ method: EtcdMethod, _ message: [UInt8]) {
        let told = port.told(token)
        let ends = told.filter { if case .end = $0 { true } else { false } }.count
        if case .end(let status)? = told.last, status.code != .ok { refused += 1 }
        #expect(ends == 1 || method == .healthWatch, "\(method) \(message): \(told)")
        #expect(port.services.openCalls == 0, "\(method) \(message)")
        port.sink.told = [:]
    }

    private func expectEqual() {
        #expect(port.store.digest == follower.digest, "seed \(seed) after \(count) messages")
    }

    /// What a defect would do.
    private static func trap(_ method: EtcdMethod, _ message: [UInt8]) {
        guard method == .transaction else { return }
        let work = try? message.withUnsafeBytes { (bytes) throws(RPCStatus) in
            try RequestDecoder().decode(.transaction, bytes)
        }
        let request: TxnRequest
        switch work {
        case .query(.txn(let reading), _): request = reading
        case .operation(let payload, _):
            guard case .txn(let writing)? = try? StoreOperation(decoding: payload) else { return }
            request = writing
        default: return
        }
        for case .txn(let nested) in request.success + request.failure {
            for case .range(let range) in nested.success + nested.failure where range.limit < 0 {
                fatalError("the planted trap")
            }
        }
    }
}

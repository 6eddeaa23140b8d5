import PaxosBase
import Testing

@Suite("Quorums")
struct QuorumTests {
    /// Whether two groups of these sizes always share a member, gone through group by group.
    private func alwaysMeet(_ first: Int, _ second: Int, of count: Int) -> Bool {
        let groups = (0..<UInt64(1 << count)).map { MemberSet(bits: $0) }
        return groups.filter { $0.count == first }.allSatisfy { one in
            groups.filter { $0.count == second }.allSatisfy { one.bits & $0.bits != 0 }
        }
    }

    @Test("Two sizes are taken for quorums exactly when any two groups of these sizes share a member", arguments: 1...6)
    func meet(count: Int) {
        for first in 0...count + 1 {
            for second in 0...count + 1 {
                let isLegal = (1...count).contains(first) && (1...count).contains(second)
                let expected = isLegal && alwaysMeet(first, second, of: count)
                #expect(Configuration.meet(first, second, of: count) == expected, "\(first) and \(second)")
            }
        }
    }
}

import PaxosBase
import PaxosSynod
import SynodExample
import Testing

@Suite("Messages as text")
struct MessageTextTests {
    private static let ballot = Ballot(number: 3, identity: NodeID(1))
    private static let proposal = Proposal(
        ballot: Ballot(number: 2, identity: NodeID(2)), value: Payload("dark red".utf8))

    static let texts: [(SynodMessage, String)] = [
        (.prepare(ballot), "prepare 3.1"), (.promise(ballot, accepted: nil), "promise 3.1"),
        (.promise(ballot, accepted: proposal), "promise 3.1 2.2 dark red"), (.accept(proposal), "accept 2.2 dark red"),
        (.accepted(proposal), "accepted 2.2 dark red"),
        (.refused(proposal.ballot, promised: ballot), "refused 2.2 3.1"),
        (.chosen(proposal.value), "chosen dark red"), (.ask, "ask"),
    ]

    @Test("Each message is a line that can be read", arguments: texts)
    func roundTrip(message: SynodMessage, text: String) {
        #expect(MessageText.text(message) == text)
        #expect(MessageText.message(text) == message)
    }

    @Test(
        "Anything else is as good as lost",
        arguments: [
            "", "prepare", "prepare 3", "prepare 3.x", "promise 3.1 2.2", "accept 2.2", "chosen", "ask me", "vote",
        ])
    func nonsense(text: String) {
        #expect(MessageText.message(text) == nil)
    }

    @Test("Processes are known by their ports")
    func ports() {
        let cast = Cast(firstPort: 17_200)
        for number in Cast.identities {
            let identity = NodeID(UInt64(number))
            #expect(cast.identity(at: cast.port(of: identity)) == identity)
        }
        #expect(cast.identity(at: 17_200) == nil && cast.identity(at: 17_207) == nil && cast.identity(at: 80) == nil)
    }
}

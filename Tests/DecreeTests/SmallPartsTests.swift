import DecreeSockets
import NIOCore
import PaxosBase
import Testing

@testable import Decree

struct SmallPartsTests {
    @Test("Addresses are read as they are shown")
    func addresses() throws {
        for text in ["10.0.0.1:2380", "[::1]:2380", "node-1.example:7"] {
            #expect(try PeerAddress(parsing: text).description == text)
        }
        for text in ["", "host", "host:", ":1", "host:70000", "::1:2380", "host:-1", "host:x"] {
            #expect(throws: ConfigurationError.badAddress(text)) { try PeerAddress(parsing: text) }
        }
    }

    @Test("Identifiers follow from the line, whatever the order of its URLs")
    func identifiers() {
        let urls = ["http://a:1", "http://b:1"]
        #expect(
            StableIdentity.clusterID(peerURLs: urls, token: "t")
                == StableIdentity.clusterID(peerURLs: urls.reversed(), token: "t"))
        #expect(
            StableIdentity.clusterID(peerURLs: urls, token: "t") != StableIdentity.clusterID(peerURLs: urls, token: "u")
        )
        #expect(StableIdentity.nodeID(peerURLs: ["http://a:1"], token: "t").rawValue == 0xBDA4_0528_26A8_4EE9)
    }

    @Test("Log time neither overflows nor runs backwards")
    func logTime() {
        let time = LogTime(nanoseconds: 5) + .microseconds(2)
        #expect(time == LogTime(nanoseconds: 2_005))
        #expect(time.since(LogTime(nanoseconds: 5)) == .microseconds(2))
        #expect(LogTime.zero.since(time) == .zero)
        #expect(LogTime.distantFuture + .seconds(1) == .distantFuture)
        #expect(LogTime.zero < time && time < .distantFuture)
    }

    @Test("A peer is given up when nothing is acknowledged for long, not when an idle connection is used again")
    func acknowledgements() {
        var watch = SilenceWatch(patience: .seconds(5))
        func sees(_ second: Int64, waiting: Int, since: Int64, probes: Int = 0) -> Bool {
            watch.isGone(
                Acknowledgements(waitingSegments: waiting, unansweredProbes: probes, sinceLast: .seconds(since)),
                at: .uptimeNanoseconds(0) + .seconds(second))
        }
        #expect(!sees(1_000, waiting: 0, since: 900))
        // What is sent now could not be acknowledged before.
        for second in Int64(1_001)...1_005 { #expect(!sees(second, waiting: 3, since: second - 100)) }
        #expect(!sees(1_006, waiting: 9, since: 1))
        for second in Int64(1_007)...1_009 { #expect(!sees(second, waiting: 9, since: second - 1_005)) }
        #expect(sees(1_010, waiting: 9, since: 5))
        // A full window is probed often: a short outage is no reason.
        #expect(!sees(1_011, waiting: 0, since: 4, probes: 5))
        #expect(!sees(1_011, waiting: 0, since: 6, probes: 4) && sees(1_012, waiting: 0, since: 7, probes: 5))
    }

    @Test("A member list has to make sense")
    func memberLists() throws {
        func member(_ node: UInt64, _ name: String, _ hosts: [String] = ["h"]) -> Member {
            Member(node: NodeID(node), name: name, addresses: hosts.map { PeerAddress(host: $0, port: 1) })
        }
        func refusal(_ members: [Member]) -> ConfigurationError? {
            do throws(ConfigurationError) {
                _ = try ClusterDescription(token: "t", members: members)
                return nil
            } catch { return error }
        }
        #expect(refusal([]) == .badMemberCount(0))
        #expect(refusal([member(1, "a"), member(1, "b")]) == .repeatedMember(NodeID(1)))
        #expect(refusal([member(1, "a"), member(2, "a")]) == .repeatedName("a"))
        #expect(refusal([member(1, "a"), member(2, "b", [])]) == .memberWithoutAddress("b"))
        #expect(refusal([member(0, "a")]) == .zeroIdentifier)
        #expect(refusal([member(2, "b"), member(1, "a")]) == nil)
    }
}

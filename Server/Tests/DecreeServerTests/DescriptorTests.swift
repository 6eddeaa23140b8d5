import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("Few descriptors", .serialized) struct DescriptorTests {
        /// The program with no more than so many open files.
        private func limited(to count: Int) throws -> ServerProgram {
            let program = try ServerProgram.decree()
            // What a test runner lets its children inherit would count too.
            let closing = "for f in /proc/$$/fd/*; do n=${f##*/}; [ $n -lt 3 ] || eval \"exec $n>&-\"; done"
            let shell = ["/bin/bash", "-c", "\(closing); ulimit -n \(count); exec \"$0\" \"$@\""]
            return ServerProgram(name: program.name, command: shell + program.command)
        }

        /// Seconds of processor time that a process used.
        private func processorTime(_ node: ServerNode) throws -> Double {
            let process = try #require(node.process)
            let text = try String(contentsOfFile: "/proc/\(process.pid)/stat", encoding: .utf8)
            let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
            return Double(Int(fields[11])! + Int(fields[12])!) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }

        @Test("With 40 descriptors, idle clients and idle strangers on the peer port stop no write and cost nothing")
        func idle() throws {
            try withCluster(limited(to: 40)) { cluster in
                let leader = try cluster.leader()
                _ = try leader.client().put("key", "before")
                var idle: [TCPSocket] = []
                for node in cluster.nodes {
                    for _ in 0..<60 {
                        // Those beyond the queue of the system are not even connected.
                        if let socket = try? TCPSocket.connected(to: node.peerPort) { idle.append(socket) }
                    }
                }
                let writer = try leader.client()
                for node in cluster.nodes {
                    for _ in 0..<60 { idle.append(try TCPSocket.connected(to: node.clientPort)) }
                }
                #expect(idle.count > 300)
                let start = ContinuousClock.now
                // Enough for other segments of the journal.
                let value = String(repeating: "v", count: 100_000)
                for number in 0..<800 { _ = try writer.put("key\(number % 10)", value, within: .seconds(10)) }
                let busy = ContinuousClock.now - start
                while ContinuousClock.now - start < busy + .seconds(5) { usleep(100_000) }
                let quiet = try cluster.nodes.map(processorTime)
                usleep(5_000_000)
                for (node, used) in zip(cluster.nodes, quiet) {
                    let share = (try processorTime(node) - used) / 5
                    print("\(node.name): \(share * 100) % of a core while idle")
                    #expect(share < 0.2, "\(node.name) is busy with nothing")
                }
                for node in cluster.nodes {
                    for sign in ["clients have to wait for a connection", "connections to the peer port have to wait"] {
                        let lines = node.logText.split(separator: "\n").filter { $0.contains(sign) }
                        #expect((1...2).contains(lines.count), "\(node.name): \(lines)")
                    }
                    #expect(node.isRunning)
                }
                for socket in idle { socket.close() }
                // A member that comes back is let in although strangers keep coming.
                let follower = try #require(try cluster.followers().first)
                try follower.crash()
                for node in cluster.nodes where node !== follower {
                    idle += (0..<60).compactMap { _ in try? TCPSocket.connected(to: node.peerPort) }
                }
                try follower.start()
                try cluster.awaitServing(follower, within: .seconds(30))
            }
        }
    }
}

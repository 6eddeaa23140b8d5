import PaxosBase

extension VirtualNetwork {
    /// The links from a random group of nodes to all others; never all or none of the nodes.
    private func randomGroup(_ choices: inout Choices) -> [Bool] {
        let mask = 1 + choices.below((1 << UInt64(nodeCount)) - 2)
        return (0..<nodeCount).map { mask & (1 << UInt64($0)) != 0 }
    }

    /// Two groups that hear nothing of each other.
    func linksOfFullPartition(_ choices: inout Choices) -> [Int] {
        let group = randomGroup(&choices)
        return links { group[$0] != group[$1] }
    }

    /// One group that others do not hear.
    func linksOfOneWayPartition(_ choices: inout Choices) -> [Int] {
        let group = randomGroup(&choices)
        return links { group[$0] && !group[$1] }
    }

    /// A minority with `leader` in it, the rest, and one node that hears both.
    func linksOfBridgedPartition(
        around leader: Int, bridge: Int, quorum: Int, _ choices: inout Choices
    ) -> [Int] {
        var others = (0..<nodeCount).filter { $0 != leader && $0 != bridge }
        var minority = [leader]
        while minority.count < nodeCount - quorum - 1 {
            minority.append(others.remove(at: Int(choices.below(UInt64(others.count)))))
        }
        return links { minority.contains($0) != minority.contains($1) && $0 != bridge && $1 != bridge }
    }

    /// Single links, each in both directions.
    func linksOfPartialPartition(_ choices: inout Choices) -> [Int] {
        let chosen = choices.next()
        return links { from, to in
            let pair = min(from, to) * nodeCount + max(from, to)
            return chosen & (1 << UInt64(pair % 64)) != 0
        }
    }

    /// All links between different nodes that `isCut` wants.
    func links(where isCut: (Int, Int) -> Bool) -> [Int] {
        var links: [Int] = []
        for from in 0..<nodeCount {
            for to in 0..<nodeCount where from != to && isCut(from, to) { links.append(link(from, to)) }
        }
        return links
    }
}

import PaxosBase

/// The links between nodes and what is under way on them.
struct VirtualNetwork {
    struct Frame {
        var bytes: [UInt8]
        let from: UInt8
        let to: UInt8
        /// The sender's life when it was sent, and the receiver's.
        let lives: Lives
        /// It greets, or answers a greeting.
        let isHandshake: Bool
        /// Counts what was sent over the link.
        let order: UInt64
        let isCorrupt: Bool
        /// How many deliveries are still to come.
        var copies: UInt8
    }

    struct Lives {
        var from: UInt32 = 0
        var to: UInt32 = 0
    }

    /// A set of links that are cut together.
    struct Partition {
        let number: UInt64
        let links: [Int]
    }

    let nodeCount: Int
    private var frames: [Frame] = []
    private var free: [Int] = []
    /// By link: how many partitions cut it.
    private var cuts: [UInt16]
    private var sent: [UInt64]
    private var delivered: [UInt64]
    private var partitions: [Partition] = []
    private var partitionCount: UInt64 = 0

    init(nodeCount: Int) {
        self.nodeCount = nodeCount
        cuts = Array(repeating: 0, count: nodeCount * nodeCount)
        sent = Array(repeating: 0, count: nodeCount * nodeCount)
        delivered = Array(repeating: 0, count: nodeCount * nodeCount)
    }

    func link(_ from: Int, _ to: Int) -> Int { from * nodeCount + to }

    func isOpen(_ from: Int, _ to: Int) -> Bool { cuts[link(from, to)] == 0 }

    /// Takes a frame in.
    /// - Returns: Its number, to be given to ``deliver(_:)`` as often as `copies` says.
    mutating func take(
        _ bytes: [UInt8], from: Int, to: Int, isCorrupt: Bool, copies: Int, lives: Lives = Lives(),
        isHandshake: Bool = false
    ) -> Int {
        let link = link(from, to)
        sent[link] += 1
        let frame = Frame(
            bytes: bytes, from: UInt8(from), to: UInt8(to), lives: lives, isHandshake: isHandshake,
            order: sent[link], isCorrupt: isCorrupt, copies: UInt8(copies))
        guard let number = free.popLast() else {
            frames.append(frame)
            return frames.count - 1
        }
        frames[number] = frame
        return number
    }

    /// Hands out one copy of a frame.
    /// - Returns: The frame, whether it was overtaken by one that was sent later, and whether its link is cut.
    mutating func deliver(_ number: Int) -> (frame: Frame, isLate: Bool, isLost: Bool) {
        let frame = frames[number]
        frames[number].copies -= 1
        if frame.copies == 1 {
            frames[number].bytes = []
            free.append(number)
        }
        let link = link(Int(frame.from), Int(frame.to))
        let isLate = frame.order < delivered[link]
        delivered[link] = max(delivered[link], frame.order)
        return (frame, isLate, !isOpen(Int(frame.from), Int(frame.to)))
    }

    /// Cuts links; what is under way on them is lost when it would arrive.
    /// - Returns: The number of the partition, to heal it.
    mutating func cut(_ links: [Int]) -> UInt64 {
        partitionCount += 1
        for link in links { cuts[link] += 1 }
        partitions.append(Partition(number: partitionCount, links: links))
        return partitionCount
    }

    mutating func heal(_ number: UInt64) {
        guard let place = partitions.firstIndex(where: { $0.number == number }) else { return }
        for link in partitions[place].links { cuts[link] -= 1 }
        partitions.remove(at: place)
    }

    mutating func healAll() {
        for partition in partitions { heal(partition.number) }
    }
}

import PaxosBase

/// What is going to happen and when: a binary heap with a total order, by time and then by the order of planning, so
/// that a run never depends on how a heap breaks ties.
struct Schedule {
    private struct Item {
        let time: UInt64
        let sequence: UInt64
        let occurrence: Occurrence

        @inline(__always)
        func comesBefore(_ other: Item) -> Bool {
            time != other.time ? time < other.time : sequence < other.sequence
        }
    }

    private var heap: [Item] = []
    private var planned: UInt64 = 0
    /// Virtual time, in nanoseconds since the start of the run: that of the occurrence that was taken last.
    private(set) var now: UInt64 = 0

    init() { heap.reserveCapacity(1024) }

    var isEmpty: Bool { heap.isEmpty }

    var count: Int { heap.count }

    /// Plans `occurrence` for the virtual time `time`, or for right now when that is past.
    mutating func plan(_ occurrence: Occurrence, at time: UInt64) {
        heap.append(Item(time: max(time, now), sequence: planned, occurrence: occurrence))
        planned += 1
        siftUp(heap.count - 1)
    }

    mutating func plan(_ occurrence: Occurrence, after span: TimeSpan) {
        plan(occurrence, at: now &+ span.nanoseconds)
    }

    /// When the next occurrence comes; nil when nothing is planned.
    var nextTime: UInt64? { heap.first?.time }

    /// Takes what comes next and moves virtual time there.
    mutating func next() -> (occurrence: Occurrence, time: UInt64)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            siftDown()
        }
        now = first.time
        return (first.occurrence, first.time)
    }

    /// What is planned, the next first, each with the number by which it can be taken.
    var pending: [(number: UInt64, occurrence: Occurrence)] {
        heap.sorted { $0.comesBefore($1) }.map { ($0.sequence, $0.occurrence) }
    }

    /// Takes something before its time comes. Time does not move.
    mutating func take(_ number: UInt64) -> Occurrence? {
        guard let place = heap.firstIndex(where: { $0.sequence == number }) else { return nil }
        let occurrence = heap.remove(at: place).occurrence
        // Ascending order is a heap.
        heap.sort { $0.comesBefore($1) }
        return occurrence
    }

    private mutating func siftUp(_ start: Int) {
        heap.withUnsafeMutableBufferPointer { heap in
            var index = start
            let item = heap[index]
            while index > 0 {
                let parent = (index - 1) / 2
                guard item.comesBefore(heap[parent]) else { break }
                heap[index] = heap[parent]
                index = parent
            }
            heap[index] = item
        }
    }

    private mutating func siftDown() {
        heap.withUnsafeMutableBufferPointer { heap in
            var index = 0
            let item = heap[0]
            while true {
                var child = 2 * index + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count && heap[child + 1].comesBefore(heap[child]) { child += 1 }
                guard heap[child].comesBefore(item) else { break }
                heap[index] = heap[child]
                index = child
            }
            heap[index] = item
        }
    }
}

/// One thing that comes due. Small and trivial, so that the heap moves plain words.
struct Occurrence {
    enum Kind: UInt8 {
        /// `number` is that of a frame in the network.
        case delivery
        /// A disk finished its oldest operation.
        case diskDone
        /// Entries that a replica wanted back were read.
        case loadDone
        /// A replica asked to be woken.
        case deadline
        /// A replica has gathered enough: its turn ends.
        case turnEnds
        /// A disk is done with the next piece of a snapshot; `number` is the place of the group.
        case snapshotStep
        /// A node's identity was recorded.
        case identityDone
        /// A node dials a peer that it has not greeted yet; `number` is the place of the peer.
        case dial
        /// The front at a port wants a turn; `number` is that of the port among all of the node.
        case frontTurn
        /// A crashed node starts again.
        case restart
        /// A paused node goes on.
        case resume
        /// `node` is a client here.
        case clientActs
        /// An operation reaches its replica; `number` is its place in the history.
        case submission
        /// `node` is a client here; `number` is the operation's place in the history.
        case clientGivesUp
        /// `node` is the raw value of a `FaultKind`.
        case fault
        /// `number` names the partition that heals.
        case partitionHeals
        /// A disk that was full has room again.
        case journalHasRoom
        /// What a phase allows has passed; `number` is that of the phase.
        case timeLimit
    }

    let kind: Kind
    let node: UInt8
    /// The life of the node it belongs to; what was planned in an earlier life is void.
    let life: UInt32
    let number: UInt64

    init(_ kind: Kind, node: Int = 0, life: UInt32 = 0, number: UInt64 = 0) {
        self.kind = kind
        self.node = UInt8(node)
        self.life = life
        self.number = number
    }
}

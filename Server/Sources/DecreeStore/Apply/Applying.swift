import PaxosBase
import PaxosLog

extension StoreState {
    /// Applies commands from the place `first` on, until they have done more than `workLimit`.
    /// - Returns: How many.
    mutating func apply(
        _ commands: [ChosenCommand], from first: Int, workLimit: Int, into outputs: inout [StoreOutput]
    ) -> Int {
        var fetchedEnd = first
        var gathered = 0
        workOfTurn = 0
        for index in first..<commands.count {
            if workOfTurn > workLimit { return index - first }
            let command = commands[index]
            if index == fetchedEnd { fetchedEnd = fetchAhead(commands, from: index) }
            let room = min(
                settings.responseByteLimit, settings.outputByteLimit, settings.gatheredByteLimit - gathered)
            outputRoom = AnswerRoom(byteCount: room)
            let output = apply(command.payload, isAwaited: command.isAwaited)
            guard command.isAwaited else { continue }
            if case .failure = output.outcome {} else { gathered += room - outputRoom.left }
            outputs.append(output)
        }
        return commands.count - first
    }

    /// Looks at the memory that the puts among the next commands will need; worth it once the tree outgrows the caches.
    /// - Returns: Up to which command.
    private mutating func fetchAhead(_ commands: [ChosenCommand], from start: Int) -> Int {
        let end = min(start + FetchAhead.width, commands.count)
        guard end - start > 2, tree.height > 0 else { return end }
        var ahead = FetchAhead()
        for command in commands[start..<end] {
            // The bytes outlive the call: the commands hold them.
            let key = command.payload.withUnsafeBytes { OperationReader.keyOfPut($0) }
            if let key { ahead.add(key) }
        }
        ahead.run(in: tree)
        fetched ^= ahead.seen
        return end
    }

    /// Applies one operation. Whatever it is, the replicas end up alike: an operation that fails changes nothing.
    /// - Parameter isAwaited: Whether somebody reads the output; if not, what it would show is not gathered.
    private mutating func apply(_ payload: Payload, isAwaited: Bool) -> StoreOutput {
        changeCount = 0
        outputWork = CommandWork.limit
        let outcome: StoreOutput.Outcome
        do {
            outcome = try payload.withUnsafeBytes { (bytes) throws(StoreError) in
                try apply(bytes, payload, isAwaited: isAwaited)
            }
        } catch {
            outcome = .failure(error == .responseTooLarge && changeCount > 0 ? .appliedResponseTooLarge : error)
        }
        if changeCount > 0 { revision += 1 }
        let shown = CommandWork.limit &- outputWork
        workOfTurn &+= CommandWork.descent &+ CommandWork.ofValue(byteCount: payload.count) &+ shown
        return StoreOutput(revision: Revision(revision), outcome: outcome)
    }

    @inline(__always)
    private mutating func apply(
        _ bytes: ByteSpan, _ payload: Payload, isAwaited: Bool
    ) throws(StoreError) -> StoreOutput.Outcome {
        var reader = OperationReader(bytes)
        // Nobody is refused anything yet: there are no users.
        if reader.isAsked { _ = try reader.asker() }
        switch try reader.kind() {
        case .put:
            let request = try reader.put()
            try reader.finish()
            workOfTurn &+= CommandWork.put
            return .put(try put(request, isAwaited: isAwaited))
        case .deleteRange:
            let request = try reader.deleteRange()
            try reader.finish()
            try checkWork(of: request)
            return .deleteRange(try deleteRange(request, isAwaited: isAwaited))
        case .compact:
            let request = try reader.compaction()
            try reader.finish()
            try compact(request)
            return .compacted
        case .publishMember:
            let attributes = try reader.memberAttributes()
            try reader.finish()
            members.publish(attributes)
            return .published
        case .txn:
            if let plain = PlainTxn(reader, on: self) {
                workOfTurn &+= plain.work
                return .txn(try plain.run(on: &self, payload, isAwaited: isAwaited))
            }
            guard case .txn(let request) = try StoreOperation(decoding: payload) else { throw .malformedOperation }
            return .txn(try run(request, isAwaited: isAwaited))
        }
    }

    /// - Throws: `tooMuchWork`.
    private mutating func checkWork(of request: DeleteRangeSpan) throws(StoreError) {
        guard !request.range.isSingleKey else { return }
        var work = CommandWork()
        var undeleted = tree.liveCount
        try work.take(self.work(of: request, undeleted: &undeleted))
        workOfTurn &+= work.taken
    }

    /// Moves the compaction floor. What becomes unreadable is freed by and by; see ``Cleaner``.
    private mutating func compact(_ request: CompactionRequest) throws(StoreError) {
        if request.revision.rawValue <= floor { throw .compacted }
        if request.revision.rawValue > revision { throw .futureRevision }
        floor = request.revision.rawValue
    }
}

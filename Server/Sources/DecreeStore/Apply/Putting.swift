import PaxosBase

extension StoreState {
    /// Puts a key as the next change of the operation being applied.
    mutating func put(_ request: PutSpan, isAwaited: Bool) throws(StoreError) -> PutResponse {
        try check(request)
        let place = tree.locate(request.key)
        let former = place.isFound ? place.leaf[place.index].latest : nil
        let previous = former.flatMap { $0.isAlive ? $0 : nil }
        if previous == nil && request.flags & (PutFlags.ignoreValue | PutFlags.ignoreLease) != 0 {
            throw .keyNotFound
        }
        write(request, at: place, previous: previous)
        var response = PutResponse(revision: Revision(pendingRevision))
        if let previous, isAwaited && request.flags & PutFlags.previousKeyValue != 0 {
            try outputRoom.take(previous.listedByteCount(withValue: true))
            response.previous = KeyValueList(previous)
        }
        return response
    }

    /// What can be refused without looking for the key.
    func check(_ request: PutSpan) throws(StoreError) {
        try request.validate()
        if request.lease != .none && !isLeaseGranted(request.lease) { throw .leaseNotFound }
    }

    /// Whether keys may be attached to a lease.
    func isLeaseGranted(_ lease: LeaseID) -> Bool { false }

    @inline(__always)
    private mutating func write(_ request: PutSpan, at place: Tree.Place, previous: Version?) {
        var head = Version.Head(
            modRevision: pendingRevision, createRevision: pendingRevision, number: 1, lease: request.lease.rawValue,
            subRevision: changeCount)
        var value = request.value
        if let previous {
            head.createRevision = previous.createRevision
            head.number = previous.number &+ 1
            if request.flags & PutFlags.ignoreValue != 0 { value = previous.value }
            if request.flags & PutFlags.ignoreLease != 0 { head.lease = previous.lease }
            digestSum.remove(previous)
            liveBytes &-= request.key.count &+ previous.valueLength
        }
        let key = place.isFound ? place.leaf[place.index] : KeyNode.make(key: request.key, in: &slabs)
        let version = Version.make(head, valueLength: value.count, key: key, in: &slabs)
        if let bytes = value.baseAddress { version.valueStart.copyMemory(from: bytes, byteCount: value.count) }
        version.hash = version.computeHash()
        key.append(version, in: &slabs)
        if !place.isFound {
            tree.insert(key, at: place, in: &slabs)
        } else if previous == nil {
            place.leaf.setLive(true, at: place.index)
            tree.addLive(1)
        }
        digestSum.add(version)
        liveBytes &+= request.key.count &+ value.count
        record(version)
    }

    /// Notes a change that was made to the tree.
    @inline(__always)
    mutating func record(_ version: Version) {
        log.append(version)
        versionCount &+= 1
        changeCount &+= 1
    }
}

extension PutRequest {
    /// Calls `body` with the request where its bytes lie.
    func withSpans<Result, Failure: Error>(
        _ body: (PutSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        return try key.withUnsafeBytes { (key) throws(Failure) in
            try value.withUnsafeBytes { (value) throws(Failure) in
                try body(
                    PutSpan(
                        key: key, value: value, lease: lease, previousKeyValue: previousKeyValue,
                        ignoreValue: ignoreValue, ignoreLease: ignoreLease))
            }
        }
    }
}

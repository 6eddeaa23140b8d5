import DecreeStore
import PaxosBase

// Operations that change the state. One that fails changes nothing.
extension StoreModel {
    package mutating func apply(_ operation: StoreOperation) -> Shown {
        changed = []
        do throws(StoreError) {
            let shown = try perform(operation)
            if !changed.isEmpty { revision += 1 }
            return shown
        } catch {
            for key in changed.reversed() { histories[place(of: key)].versions.removeLast() }
            return .failure(error, revision)
        }
    }

    private mutating func perform(_ operation: StoreOperation) throws(StoreError) -> Shown {
        switch operation {
        case .put(let request): return try put(request)
        case .deleteRange(let request): return try delete(request)
        case .txn(let request): return try run(request)
        case .compact(let request):
            if request.revision.rawValue <= floor { throw .compacted }
            if request.revision.rawValue > revision { throw .futureRevision }
            floor = request.revision.rawValue
            return .compacted(revision)
        case .publishMember: return .published(revision)
        }
    }

    var header: Int64 { changed.isEmpty ? revision : revision + 1 }

    /// Of two flaws a put by itself tells the lease, one in a transaction the key.
    mutating func put(_ request: PutRequest, isInTxn: Bool = false) throws(StoreError) -> Shown {
        try request.checkPlainly()
        if request.lease != .none && !isInTxn { throw .leaseNotFound }
        let former = matches(KeyRange(key: request.key), at: .max)
        if former.isEmpty && (request.ignoreValue || request.ignoreLease) { throw .keyNotFound }
        if request.lease != .none { throw .leaseNotFound }
        append(
            Version(
                revision: revision + 1, sub: changed.count,
                value: request.ignoreValue ? former.first?.value : request.value,
                create: former.first?.createRevision.rawValue ?? revision + 1, number: (former.first?.version ?? 0) + 1),
            to: request.key)
        return .put(header, request.previousKeyValue ? former : [])
    }

    mutating func delete(_ request: DeleteRangeRequest) throws(StoreError) -> Shown {
        if request.range.key.isEmpty { throw .keyNotProvided }
        let former = matches(request.range, at: .max)
        for entry in former { append(Version(revision: revision + 1, sub: changed.count), to: entry.key) }
        return .deleteRange(header, former.count, request.previousKeyValues ? former : [])
    }

    private mutating func append(_ version: Version, to key: Payload) {
        let place = place(of: key)
        if place == histories.count || histories[place].key != key {
            histories.insert(History(key: key), at: place)
        }
        histories[place].versions.append(version)
        changed.append(key)
    }
}

import Testing

@testable import DecreeEtcd

@Suite struct EtcdErrorTests {
    @Test("Every error stands at its place in the table", arguments: EtcdError.allCases)
    func placed(error: EtcdError) {
        #expect(EtcdError.table[Int(error.rawValue)].error == error)
        #expect(EtcdError.table.count == EtcdError.allCases.count)
    }

    @Test("Every error has the code and the exact text of a row of the reference", arguments: EtcdError.allCases)
    func row(error: EtcdError) {
        let found = Self.referenceRows.filter { $0.text == error.status.message }
        #expect(found.map(\.code) == [error.status.code.rawValue], "\(error.status)")
    }

    @Test(
        "What the replicated log says reaches the client as etcd would say it",
        arguments: [
            (ReplicationFailure.unknownOutcome, 14, "etcdserver: request timed out"),
            (
                .unknownOutcomeWithoutLeader, 14,
                "etcdserver: request timed out, possibly due to previous leader failure"
            ),
            (.noLeader, 14, "etcdserver: no leader"),
            (.timedOut, 14, "etcdserver: request timed out"),
            (.overloaded, 8, "etcdserver: too many requests"),
            (.diskFull, 8, "etcdserver: mvcc: database space exceeded"),
            (.tooLarge, 3, "etcdserver: request is too large"),
            (.stopped, 14, "etcdserver: server stopped"),
            (.halted, 9, "etcdserver: not capable"),
            (.fenced, 15, "etcdserver: corrupt cluster"),
            (.canceled, 1, "etcdserver: request canceled"),
            (.deadlineExceeded, 4, "context deadline exceeded"),
        ])
    func replication(failure: ReplicationFailure, code: UInt8, text: String) {
        #expect(failure.status.code.rawValue == code)
        #expect(failure.status.message == text)
    }

    @Test("A failure that does not pass by itself never carries the code that clients retry on")
    func permanentFailures() {
        for failure in [ReplicationFailure.diskFull, .tooLarge, .halted, .fenced, .overloaded] {
            #expect(failure.status.code != .unavailable)
        }
    }

    struct ReferenceRow: Sendable {
        let code: UInt8
        let text: String
    }

    /// Section 11 of the interface reference, written down a second time.
    static let referenceRows: [ReferenceRow] = reference.flatMap { code, texts in
        texts.split(separator: "\n").map { ReferenceRow(code: code, text: String($0)) }
    }

    private static let reference: [(UInt8, String)] = [
        (
            3,
            """
            etcdserver: key is not provided
            etcdserver: key not found
            etcdserver: value is provided
            etcdserver: lease is provided
            etcdserver: too many operations in txn request
            etcdserver: duplicate key given in txn request
            etcdserver: invalid client api version
            etcdserver: invalid sort option
            etcdserver: given member URLs are invalid
            etcdserver: request is too large
            etcdserver: user name is empty
            etcdserver: role name is empty
            etcdserver: authentication failed, invalid user ID or password
            etcdserver: permission not given
            etcdserver: invalid auth management
            etcdserver: revision of auth store is old
            etcdserver: wrong downgrade target version format
            etcdserver: invalid downgrade target version
            """
        ),
        (5, "etcdserver: requested lease not found\netcdserver: member not found"),
        (7, "etcdserver: permission denied"),
        (8, "etcdserver: mvcc: database space exceeded\netcdserver: too many requests"),
        (
            9,
            """
            etcdserver: lease already exists
            etcdserver: member ID already exist
            etcdserver: Peer URLs already exists
            etcdserver: re-configuration failed due to not enough started members
            etcdserver: can only promote a learner member
            etcdserver: can only promote a learner member which is in sync with leader
            etcdserver: too many learner members in cluster
            etcdserver: cluster ID mismatch
            etcdserver: root user does not exist
            etcdserver: root user does not have root role
            etcdserver: user name already exists
            etcdserver: user name not found
            etcdserver: role name already exists
            etcdserver: role name not found
            etcdserver: role is not granted to the user
            etcdserver: permission is not granted to the role
            etcdserver: authentication is not enabled
            etcdserver: not leader
            etcdserver: not capable
            etcdserver: rpc not supported for learner
            etcdserver: bad leader transferee
            etcdserver: cluster version not found during downgrade
            etcdserver: cluster has a downgrade job in progress
            etcdserver: no inflight downgrade job
            """
        ),
        (
            11,
            """
            etcdserver: mvcc: required revision has been compacted
            etcdserver: mvcc: required revision is a future revision
            etcdserver: too large lease TTL
            """
        ),
        (
            14,
            """
            etcdserver: no leader
            etcdserver: leader changed
            etcdserver: server stopped
            etcdserver: request timed out
            etcdserver: request timed out, possibly due to previous leader failure
            etcdserver: request timed out, possibly due to connection lost
            etcdserver: request timed out, waiting for the applied index took too long
            etcdserver: unhealthy cluster
            """
        ),
        (15, "etcdserver: corrupt cluster"),
        (16, "etcdserver: invalid auth token"),
        (1, "etcdserver: watch canceled\netcdserver: request canceled\ncontext canceled"),
        (4, "context deadline exceeded\netcdserver: context deadline exceeded"),
        (
            2,
            """
            not a primary lessor
            election: no leader
            election: not leader
            mutex: session is expired
            "leader" field must be provided
            auth: authentication failed, password was given for no password user
            etcdserver: request timed out, leader transfer took too long
            """
        ),
    ]
}

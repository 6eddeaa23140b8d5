import PaxosBase

/// Who asks for an operation: part of the operation, so that every replica judges the request alike. Left out where nobody
/// has to say who he is, and then it costs nothing.
public struct Asker: Hashable, Sendable {
    public var user: String
    /// Under which state of users and roles the server let the user in; one that has changed since is judged anew.
    public var rolesRevision: UInt64

    public init(user: String, rolesRevision: UInt64) {
        self.user = user
        self.rolesRevision = rolesRevision
    }
}

/// An operation and who asks for it, as both stand in the log.
public struct AskedOperation: Hashable, Sendable {
    /// Nil: nobody has to say who he is.
    public var asker: Asker?
    public var operation: StoreOperation

    public init(_ operation: StoreOperation, by asker: Asker?) {
        self.operation = operation
        self.asker = asker
    }

    /// Without an asker the same bytes as the operation's own.
    public func encode() -> Payload {
        var counter = OperationWriter(buffer: nil)
        counter.write(self)
        return Payload(byteCount: counter.byteCount) {
            var writer = OperationWriter(buffer: $0)
            writer.write(self)
        }
    }

    /// Reads what ``encode()`` writes, and every operation of a version that knew no askers.
    /// - Throws: `malformedOperation` or `unknownOperation`.
    public init(decoding payload: Payload) throws(StoreError) {
        self = try payload.withUnsafeBytes { (bytes) throws(StoreError) in
            var reader = OperationReader(bytes)
            let asker = try reader.asker()
            return AskedOperation(try StoreOperation(reading: &reader, payload, bytes), by: asker)
        }
    }
}

extension OperationWriter {
    fileprivate mutating func write(_ asked: AskedOperation) {
        if let asker = asked.asker {
            write(byte: OperationKind.asked)
            write(text: asker.user)
            write(word: Int64(bitPattern: asker.rolesRevision))
        }
        write(asked.operation)
    }
}

extension OperationReader {
    /// Reads who asks, if the operation says so; the reader stands at the operation's kind then.
    @inline(__always)
    mutating func asker() throws(StoreError) -> Asker? {
        guard isAsked else { return nil }
        _ = try byte()
        let user = String(decoding: try string(), as: UTF8.self)
        return Asker(user: user, rolesRevision: UInt64(bitPattern: try word()))
    }
}
